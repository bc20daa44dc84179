import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const ENCODERCTL = fileURLToPath(new URL('../src/cli/encoderctl.ts', import.meta.url));

const listening = z.object({ msg: z.literal('listening'), url: z.string() });

/** A daemon in a process of its own. */
export interface EncoderdProcess {
  readonly url: string;
  readonly process: ChildProcess;
  /** Every line that it has written so far. */
  readonly output: readonly string[];
  /** Runs `encoderctl keys create`; returns the key. */
  createApiKey(name: string, ...words: readonly string[]): string;
  /** One request; returns the answer's body. */
  post(token: string, path: string, body: object): Promise<unknown>;
  /** SIGTERM, and the exit code. */
  stop(): Promise<number | null>;
  /** SIGKILL: what a power cut leaves. */
  kill(): Promise<void>;
}

/** Starts `src/main.ts` on any free port, and resolves when it listens. Rejects with what it wrote when it ends before. */
export async function startEncoderd(
  environment: Readonly<Record<string, string>> & { readonly ENCODERD_STATE_DIR: string },
  flags: readonly string[] = [],
): Promise<EncoderdProcess> {
  const env = { ...process.env, ENCODERD_PORT: '0', ...environment };
  const child = spawn(process.execPath, [MAIN, ...flags], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const output: string[] = [];
  const exited = once(child, 'exit');
  createInterface({ input: child.stderr }).on('line', (line) => output.push(line));
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      output.push(line);
      const ready = line.includes('"listening"') ? listening.safeParse(JSON.parse(line)) : undefined;
      if (ready?.success) resolve(ready.data.url);
    });
    exited.then(([code]) => reject(new Error(`encoderd ended with ${code}:\n${output.join('\n')}`)), reject);
  });
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    await exited;
    return child.exitCode;
  };
  return {
    url,
    process: child,
    output,
    createApiKey(name, ...words) {
      const made = execFileSync(
        process.execPath,
        [ENCODERCTL, 'keys', 'create', '--name', name, '--json', ...words],
        { env, encoding: 'utf8' },
      );
      return z.object({ api_key: z.string() }).parse(JSON.parse(made)).api_key;
    },
    async post(token, path, body) {
      const response = await fetch(new URL(path, url), {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      return response.json();
    },
    stop: () => end('SIGTERM'),
    async kill() {
      await end('SIGKILL');
    },
  };
}
