import { afterAll, beforeAll, describe } from 'vitest';
import { createDriver } from '../../../drivers/pcsc/index.ts';
import { type PcscBench, pcscdIsAvailable, startPcscBench } from '../../benches/pcsc/pcsc-bench.ts';
import { pcscEncoderBench } from '../../benches/pcsc/pcsc-encoder-bench.ts';
import { encoderContract } from '../../contracts/encoder.ts';
import { KeptLog } from '../../contracts/encoder-site.ts';

describe.runIf(pcscdIsAvailable())('on a real pcscd', () => {
  let pcscd: PcscBench;

  beforeAll(async () => {
    pcscd = await startPcscBench();
    process.env['PCSCLITE_CSOCK_NAME'] = pcscd.socketName;
  });
  afterAll(() => pcscd.dispose());

  encoderContract('drivers/pcsc in this process', async () => {
    const log = new KeptLog();
    return pcscEncoderBench(pcscd, createDriver({ options: {}, stateDir: '/nonexistent', log }), log);
  });
});
