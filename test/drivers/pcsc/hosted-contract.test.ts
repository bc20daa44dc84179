import { afterAll, beforeAll, describe } from 'vitest';
import { hostedDriver } from '../../../src/encoder/host/hosted-driver.ts';
import { type PcscBench, pcscdIsAvailable, startPcscBench } from '../../benches/pcsc/pcsc-bench.ts';
import { pcscEncoderBench } from '../../benches/pcsc/pcsc-encoder-bench.ts';
import { quietLog } from '../../benches/pcsc/quiet-log.ts';
import { encoderContract } from '../../contracts/encoder.ts';

describe.runIf(pcscdIsAvailable())('on a real pcscd', () => {
  let pcscd: PcscBench;

  beforeAll(async () => {
    pcscd = await startPcscBench();
  });
  afterAll(() => pcscd.dispose());

  encoderContract('drivers/pcsc in a driver host', async () => {
    const driver = hostedDriver({
      name: 'pcsc',
      module: new URL('../../../drivers/pcsc/index.ts', import.meta.url),
      options: {},
      stateDir: '/nonexistent',
      log: quietLog,
      env: { PCSCLITE_CSOCK_NAME: pcscd.socketName },
    });
    return pcscEncoderBench(pcscd, driver);
  });
});
