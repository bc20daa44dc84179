import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { startEncoderd } from '../../scripts/encoderd-process.ts';
import { portTaken } from '../../src/doctor/checks/port-taken.ts';
import { configFile, evidenceOf, look, openFolder, shown } from './doctor-bed.ts';

test('a program that has the port is named, with its number', async () => {
  const server = createServer((client) => void client.destroy()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    server.close();
    await once(server, 'close');
  });
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const findings = await look(portTaken, { config: configFile(`port: ${port}\n`) });
  expect(shown(findings)).toEqual(['error port-taken']);
  expect(evidenceOf(findings, 'port-taken')).toContain(`(pid ${process.pid}) listens at port ${port}`);
});

test('the daemon that has its port is fine, as is another encoderd that has it', async () => {
  const stateDir = openFolder();
  const daemon = await startEncoderd({ ENCODERD_STATE_DIR: stateDir, ENCODERD_DRIVERS: 'virtual' });
  onTestFinished(() => daemon.kill());
  const config = configFile(`port: ${new URL(daemon.url).port}\n`);
  expect(shown(await look(portTaken, { stateDir, config }))).toEqual(['ok port-ours']);
  // Check two-daemons tells of it.
  expect(await look(portTaken, { config })).toEqual([]);
});

test('a port that nobody has is nothing to tell of', async () => {
  expect(await look(portTaken, { config: configFile('port: 1\n') })).toEqual([]);
});
