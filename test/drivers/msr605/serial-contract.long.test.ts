import { makeSerialBench } from '../../benches/msr605/msr605-bench.ts';
import { encoderContract } from '../../contracts/encoder.ts';
import { MSR605_CONTRACT } from './contract-cards.ts';

encoderContract('drivers/msr605 over a serial port', () => makeSerialBench(), MSR605_CONTRACT);
