import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism, totalmem, userInfo } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import SQLite from 'better-sqlite3';
import { SerialPort } from 'serialport';

/**
 * Runs in the service's sandbox in a guest, in place of the daemon: does with each native package what drivers do with it, and writes what came of it,
 * one JSON object a line: `{"what", "came"}`.
 */

const READER_WITHIN_MS = 60_000;

async function tell(what: string, work: () => unknown): Promise<void> {
  const came = await Promise.resolve()
    .then(work)
    .catch((error: unknown) => `failed: ${error instanceof Error ? error.message : error}`);
  process.stdout.write(`${JSON.stringify({ what, came })}\n`);
}

await tell('sqlite', () => {
  const file = new SQLite(join(process.env['ENCODERD_STATE_DIR'] ?? '', 'probe.db'));
  file.pragma('journal_mode = WAL');
  file.exec('CREATE TABLE IF NOT EXISTS probe (one INTEGER); INSERT INTO probe VALUES (1)');
  file.close();
  return 'written';
});

await tell('serial', async () => {
  const port = new SerialPort({ path: '/dev/ttyUSB0', baudRate: 115_200, autoOpen: false });
  await new Promise<void>((resolve, reject) => port.open((error) => (error ? reject(error) : resolve())));
  await new Promise<void>((resolve, reject) =>
    port.set({ dtr: true, rts: true }, (error) => (error ? reject(error) : resolve())),
  );
  await new Promise((resolve) => port.close(resolve));
  return 'opened';
});

await tell('hid', async () => {
  const { HIDAsync, devicesAsync } = await import('node-hid');
  const [device] = await devicesAsync();
  const hid = await HIDAsync.open(device?.path ?? '');
  await hid.close();
  return 'opened';
});

await tell('pcsc', async () => {
  const { NFC } = await import('nfc-pcsc');
  const nfc = new NFC();
  return new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error('no reader was told of')), READER_WITHIN_MS).unref();
    nfc.on('reader', (reader: { readonly name: string }) => resolve(reader.name));
    nfc.on('error', reject);
  });
});

await tell('thread', () => {
  const thread = new Worker('require("node:worker_threads").parentPort.postMessage("ran")', { eval: true });
  return new Promise((resolve, reject) => thread.once('message', resolve).once('error', reject));
});

await tell('computer', () => [availableParallelism() > 0, totalmem() > 0, userInfo().username]);

// What a technician is told of: the processes that have a port open.
await tell('own descriptors', () => readdirSync(`/proc/${process.pid}/fd`).length > 0);
await tell('others', () =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .map((name) => readFileSync(`/proc/${name}/comm`, 'utf8').trim()),
);

process.exit(0);
