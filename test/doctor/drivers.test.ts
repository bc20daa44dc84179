import { expect, onTestFinished, test } from 'vitest';
import { startEncoderd } from '../../scripts/encoderd-process.ts';
import { driverTroubles } from '../../src/doctor/checks/drivers.ts';
import { SimulatedSerialPort } from '../benches/ports/serial-bench.ts';
import { configFile, look, openFolder, shown } from './doctor-bed.ts';

/** A daemon of its own with this configuration. */
async function start(configuration: string, env: NodeJS.ProcessEnv = {}) {
  const stateDir = openFolder();
  const config = configFile(configuration);
  const daemon = await startEncoderd({ ...env, ENCODERD_STATE_DIR: stateDir, ENCODERD_CONFIG: config });
  onTestFinished(() => daemon.kill());
  return { stateDir, config };
}

test('a TWN4 with the standard app, which sends card numbers by itself, is told in the driver’s words', async () => {
  await using port = await SimulatedSerialPort.open();
  port.onBytes = () => port.send(Buffer.from('0123456789ABCDEF\r'));
  const places = await start(`drivers: { twn4: { ports: [${port.path}] } }\n`);
  await expect
    .poll(async () => (await look(driverTroubles, places))[0]?.summary)
    .toContain('the standard app');
  const findings = await look(driverTroubles, places);
  expect(shown(findings)).toEqual(['warning driver-trouble']);
  expect(findings[0]?.summary).toContain('Simple_Protocol');
});

test('drivers without a complaint are fine; without a daemon nothing is known of them', async () => {
  const places = await start('drivers: { virtual: {} }\n');
  expect(shown(await look(driverTroubles, places))).toEqual(['ok drivers-work']);
  expect(await look(driverTroubles, { stateDir: openFolder(), env: { ENCODERD_PORT: '1' } })).toEqual([]);
});

test('a driver that is unavailable is none without a complaint, also where another check tells of it', async () => {
  const env = { PCSCLITE_CSOCK_NAME: '/nonexistent/pcscd.comm' };
  const places = await start('drivers: { virtual: {}, pcsc: {} }\n', env);
  await expect
    .poll(async () => (await look(driverTroubles, { ...places, env }))[0]?.summary)
    .toBe('No driver but pcsc has a complaint: virtual (running).');
  const alone = await start('drivers: { pcsc: {} }\n', env);
  await expect.poll(() => look(driverTroubles, { ...alone, env })).toEqual([]);
});
