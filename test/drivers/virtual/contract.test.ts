import { encoderContract } from '../../contracts/encoder.ts';
import { makeVirtualBench } from './virtual-bench.ts';

encoderContract('drivers/virtual', makeVirtualBench);
