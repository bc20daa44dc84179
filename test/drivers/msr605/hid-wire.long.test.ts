import { makeHidBench } from '../../benches/msr605/msr605-bench.ts';
import { wireContract } from '../../contracts/wire.ts';
import { MSR605_CONTRACT } from './contract-cards.ts';

wireContract('drivers/msr605 over HID', () => makeHidBench(), {
  ...MSR605_CONTRACT,
  splits: false,
  masks: [0x80],
});
