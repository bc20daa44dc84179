import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';

export const VPCD_LIBRARY = '/usr/lib/pcsc/drivers/serial/libifdvpcd.so';

/** vpcd is compiled with two slots; a second reader of the same library would share the slots of the first. */
export const SLOTS_PER_READER = 2;

/** Below Linux's range of ephemeral ports, so that no outgoing connection takes one meanwhile. */
const LOWEST_PORT = 20_000;
const HIGHEST_PORT = 32_000;

export interface BenchReader {
  /** As pcscd lists it, without its two trailing counters. */
  readonly name: string;
  /** Of slot 0; the next slot has the next port. */
  readonly port: number;
}

/** Writes pcscd's reader.conf(5) into `folder`: one copy of the vpcd library for each reader. */
export async function writeReaderConf(folder: string, names: readonly string[]): Promise<BenchReader[]> {
  const configuration = join(folder, 'conf');
  await mkdir(configuration, { recursive: true });
  const readers: BenchReader[] = [];
  const lines: string[] = [];
  for (const [position, name] of names.entries()) {
    const library = join(folder, `libifdvpcd${position}.so`);
    await copyFile(VPCD_LIBRARY, library);
    const port = await freePortPair(readers.map((reader) => reader.port));
    const channel = `0x${port.toString(16).toUpperCase()}`;
    lines.push(
      `FRIENDLYNAME "${name}"`,
      `DEVICENAME /dev/null:${channel}`,
      `LIBPATH ${library}`,
      `CHANNELID ${channel}`,
      '',
    );
    readers.push({ name, port });
  }
  await writeFile(join(configuration, 'reader.conf'), lines.join('\n'));
  return readers;
}

async function freePortPair(taken: readonly number[]): Promise<number> {
  for (;;) {
    const port = LOWEST_PORT + 2 * Math.floor((Math.random() * (HIGHEST_PORT - LOWEST_PORT)) / 2);
    if (!taken.includes(port) && (await isFree(port)) && (await isFree(port + 1))) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
