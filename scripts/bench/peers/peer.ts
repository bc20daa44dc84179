import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A program that stands beside encoderd and serves HTTP. */
export interface Peer extends AsyncDisposable {
  /** What it said when it was ready. */
  readonly said: unknown;
}

/** Starts a program of this folder in a process of its own, gives it a line of JSON, and waits for its line of JSON. */
export async function startPeer(name: string, order: unknown): Promise<Peer> {
  const child = spawn(process.execPath, [fileURLToPath(new URL(name, import.meta.url))], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const exited = once(child, 'exit');
  child.stdin.write(`${JSON.stringify(order)}\n`);
  const said = await new Promise<unknown>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.startsWith('{')) resolve(JSON.parse(line));
    });
    exited.then(([code]) => reject(new Error(`${name} ended with ${code}.`)), reject);
  });
  return {
    said,
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      child.kill();
      await exited;
    },
  };
}
