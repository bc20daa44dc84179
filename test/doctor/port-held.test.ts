import { realpathSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { startEncoderd } from '../../scripts/encoderd-process.ts';
import { portHeld } from '../../src/doctor/checks/port-held.ts';
import { PortHolder } from '../benches/ports/port-holder.ts';
import { SimulatedSerialPort } from '../benches/ports/serial-bench.ts';
import { configFile, evidenceOf, look, openFolder, shown } from './doctor-bed.ts';

const configOf = (path: string) => configFile(`drivers: { pn532: { ports: [${path}] } }\n`);

test('a program that has the port open is named, with its number', async () => {
  await using port = await SimulatedSerialPort.open();
  const config = configOf(port.path);
  const before = evidenceOf(await look(portHeld, { config }), 'port-held');
  await using holder = await PortHolder.hold(port.path, process.getuid?.() ?? 0);
  const findings = await look(portHeld, { config });
  expect(shown(findings)).toEqual(['error port-held']);
  expect(evidenceOf(findings, 'port-held')).toContain(`perl (pid ${holder.pid}) has ${port.path} open`);
  expect(before).not.toContain('perl');
});

test('one that is known to take ports comes with the way to be rid of it', async () => {
  await using port = await SimulatedSerialPort.open();
  await using _holder = await PortHolder.hold(port.path, process.getuid?.() ?? 0, 'ModemManager');
  const findings = await look(portHeld, { config: configOf(port.path) });
  expect(findings[0]?.cure).toContain('systemctl disable --now ModemManager');
});

test('the driver of the daemon that runs is no other program', async () => {
  await using port = await SimulatedSerialPort.open();
  const config = configOf(port.path);
  const stateDir = openFolder();
  const daemon = await startEncoderd({ ENCODERD_STATE_DIR: stateDir, ENCODERD_CONFIG: config });
  onTestFinished(() => daemon.kill());
  // The driver says something to the chip as soon as it has opened the port.
  await new Promise<void>((resolve) => {
    port.onBytes = () => resolve();
  });
  const findings = await look(portHeld, { config, stateDir });
  // What simulates the cable is another program, and the only one.
  expect(findings[0]?.evidence).toEqual([expect.stringMatching(/^\/proc: socat \(pid \d+\)/)]);
});

test('a port that nobody has open is free, and one that is not there is told', async () => {
  const free = await look(portHeld, { config: configOf(realpathSync('/dev/tty63')) });
  expect(shown(free)).toEqual(['ok port-free']);
  const absent = await look(portHeld, { config: configOf('/dev/ttyUSB-none') });
  expect(shown(absent)).toEqual(['warning encoder-not-plugged-in']);
});
