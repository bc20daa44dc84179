import { fromHex } from '../../../src/card/hex.ts';
import { makeSerialBench } from '../../benches/msr605/msr605-bench.ts';
import { wireContract } from '../../contracts/wire.ts';
import { MSR605_CONTRACT } from './contract-cards.ts';

wireContract('drivers/msr605 over a serial port', () => makeSerialBench(), {
  ...MSR605_CONTRACT,
  // The protocol has no checksum: what is changed into another true answer is one. A second swipe proves every write.
  masks: [0x80],
  noise: [
    // Whatever a line says that nobody drives.
    '00',
    'FFFFFF',
    // The begin of an answer, and no more of it.
    '1B',
    '1B73',
    '1B731B013B31',
    '1B731B0105',
    // The end of one.
    '3F1C',
  ].map(fromHex),
});
