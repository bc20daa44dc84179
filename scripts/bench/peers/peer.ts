import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A program that stands beside encoderd, as a server or as its clients. */
export interface Peer extends AsyncDisposable {
  /** What it said when it was ready. */
  readonly said: unknown;
  /** Gives it another line of JSON, and resolves with the line that answers it. One at a time. */
  order(order: unknown): Promise<unknown>;
}

/** Starts a program of this folder, or at a file URL, in a process of its own, gives it a line of JSON, and waits for its line of JSON. */
export async function startPeer(name: string, order: unknown): Promise<Peer> {
  const child = spawn(process.execPath, [fileURLToPath(new URL(name, import.meta.url))], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const lines = createInterface({ input: child.stdout });
  const tell = (told: unknown) => {
    const answer = Promise.withResolvers<unknown>();
    const hear = (line: string) => {
      if (line.startsWith('{')) answer.resolve(JSON.parse(line));
    };
    lines.on('line', hear);
    exited.then(([code]) => answer.reject(new Error(`${name} ended with ${code}.`)), answer.reject);
    child.stdin.write(`${JSON.stringify(told)}\n`);
    return answer.promise.finally(() => lines.off('line', hear));
  };
  const said = await tell(order);
  return {
    said,
    order: tell,
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      child.kill();
      await exited;
    },
  };
}
