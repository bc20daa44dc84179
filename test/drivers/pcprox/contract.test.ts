import { makePcproxBench } from '../../benches/pcprox/pcprox-encoder-bench.ts';
import { encoderContract } from '../../contracts/encoder.ts';

encoderContract('drivers/pcprox', () => makePcproxBench(), {
  cards: [
    { technology: 'proximity', uid: 'A1B2C3D4' },
    { technology: 'proximity', uid: '05E6F708' },
    { technology: 'proximity', uid: '07FFFFFFFF' },
    { technology: 'proximity', uid: '00000001' },
    { technology: 'proximity', uid: '04A2C3F1D25E80' },
    { technology: 'proximity', uid: 'E004010203040506' },
  ],
  exchanges: false,
  written: null,
});
