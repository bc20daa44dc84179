import { makePn532Bench } from '../../benches/pn532/pn532-bench.ts';
import { encoderContract } from '../../contracts/encoder.ts';

encoderContract('drivers/pn532', makePn532Bench);
