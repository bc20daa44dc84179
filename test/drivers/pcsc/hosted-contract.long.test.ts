import { afterAll, beforeAll, describe } from 'vitest';
import { hostedDriver } from '../../../src/encoder/host/hosted-driver.ts';
import { type PcscBench, pcscdIsAvailable, startPcscBench } from '../../benches/pcsc/pcsc-bench.ts';
import { pcscEncoderBench } from '../../benches/pcsc/pcsc-encoder-bench.ts';
import { encoderContract } from '../../contracts/encoder.ts';
import { KeptLog } from '../../contracts/encoder-site.ts';

describe.runIf(pcscdIsAvailable())('on a real pcscd', () => {
  let pcscd: PcscBench;

  beforeAll(async () => {
    pcscd = await startPcscBench();
  });
  afterAll(() => pcscd.dispose());

  encoderContract('drivers/pcsc in a driver host', async () => {
    const log = new KeptLog();
    const driver = hostedDriver({
      name: 'pcsc',
      module: new URL('../../../drivers/pcsc/index.ts', import.meta.url),
      options: {},
      stateDir: '/nonexistent',
      log,
      env: { PCSCLITE_CSOCK_NAME: pcscd.socketName },
    });
    return pcscEncoderBench(pcscd, driver, log);
  });
});
