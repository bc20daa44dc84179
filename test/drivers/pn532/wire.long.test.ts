import { fromHex } from '../../../src/card/hex.ts';
import { makePn532Bench } from '../../benches/pn532/pn532-bench.ts';
import { wireContract } from '../../contracts/wire.ts';

wireContract('drivers/pn532', makePn532Bench, {
  noise: [
    // What wakes the chip up.
    '55550000',
    // Whatever a line says that nobody drives.
    'FFFFFF',
    // A start code, and no frame.
    '0000FF',
    '0000FF1122',
    // A length that is right, and nothing of the frame.
    '0000FF05FB',
    '0000FFFFFF008080',
    // Half an answer.
    '0000FF06FAD503',
  ].map(fromHex),
});
