import { makeTwn4Bench } from '../../benches/twn4/twn4-bench.ts';
import { encoderContract } from '../../contracts/encoder.ts';

encoderContract('drivers/twn4', () => makeTwn4Bench({ options: { mode: 'ascii' } }), {
  cards: [
    { technology: 'mifare_classic_1k', uid: 'A1B2C3D4' },
    { technology: 'mifare_classic_1k', uid: '5E6F7081' },
    { technology: 'mifare_classic_4k', uid: '11223344' },
    { technology: 'ntag213', uid: '04A2C3F1D25E80' },
    { technology: 'ntag215', uid: '04B1C2D3E4F560' },
    { technology: 'ntag216', uid: '0411223344AABB' },
    { technology: 'mifare_desfire', uid: '04782E21801D80' },
    { technology: 'uid_only', uid: '1B2C3D4E' },
    { technology: 'proximity', uid: '05400860C0' },
  ],
});
