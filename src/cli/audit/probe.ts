import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { networkInterfaces } from 'node:os';
import { createInterface } from 'node:readline';
import { talk } from './wire.ts';

/**
 * A program of its own, in a network of its own (own-network.ts): starts the daemon whose program is named, asks at each
 * address that is not loopback, and says on its last line at which it was answered.
 */
async function main(program: string): Promise<void> {
  const daemon = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'ignore'] });
  const exited = once(daemon, 'exit');
  try {
    const port = await portOf(createInterface({ input: daemon.stdout }), exited);
    if (port === null) {
      say({ why: 'A second daemon could not be started.' });
      return;
    }
    const askedAt = outerAddresses();
    const answeredAt: string[] = [];
    for (const host of askedAt) {
      const request = `GET /v1/hello HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: close\r\n\r\n`;
      const { answers } = await talk({ host, port }, request);
      if (answers.length > 0) answeredAt.push(host);
    }
    say({ answeredAt, askedAt });
  } finally {
    daemon.kill('SIGKILL');
    await exited;
  }
}

/** Every address of this computer at which others could ask. */
export function outerAddresses(): readonly string[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .map(({ address, scopeid }) => (scopeid ? null : address))
    .filter((address) => address !== null)
    .filter((address) => !address.startsWith('127.') && address !== '::1');
}

/** Where the daemon says that it listens; null: it ended before. */
async function portOf(lines: AsyncIterable<string>, exited: Promise<unknown>): Promise<number | null> {
  const heard = (async () => {
    for await (const line of lines) {
      const { msg, url } = Object(JSON.parse(line));
      if (msg === 'listening') return Number(new URL(url).port);
    }
    return null;
  })();
  return Promise.race([heard, exited.then(() => null)]);
}

function say(finding: object): void {
  process.stdout.write(`${JSON.stringify(finding)}\n`);
}

const [, self, program] = process.argv;
if (self === import.meta.filename && program !== undefined) await main(program);
