import { makeTwn4Bench } from '../../benches/twn4/twn4-bench.ts';
import { encoderContract } from '../../contracts/encoder.ts';

encoderContract('drivers/twn4', makeTwn4Bench);
