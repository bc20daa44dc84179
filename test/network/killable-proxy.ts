import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { FaultMix, FaultName } from './fault.ts';
import type { ProxyOrder } from './fault-proxy-process.ts';

const PROGRAM = fileURLToPath(new URL('./fault-proxy-process.ts', import.meta.url));

const opened = z.object({ port: z.int() });
const done = z.object({ passed: z.int(), met: z.record(z.string(), z.int()) });

/** A fault proxy in a process of its own: it can be killed, and started again on its port. */
export class KillableProxy implements AsyncDisposable {
  readonly port: number;
  #process: ChildProcess;
  #target: string | null;
  #passed = 0;
  readonly #met = new Map<string, number>();
  /** By those that were killed before. */
  #metBefore: ReadonlyMap<string, number> = new Map();

  private constructor(process: ChildProcess, port: number, target: string | null) {
    this.#process = process;
    this.port = port;
    this.#target = target;
  }

  static async open(target: string | null): Promise<KillableProxy> {
    const [process, port] = await start(0, target);
    return new KillableProxy(process, port, target);
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  set(fault: FaultName | null, path = '/'): Promise<void> {
    return this.#tell({ set: fault, path });
  }

  next(count: number, fault: Exclude<FaultName, 'refused'>, path = '/'): Promise<void> {
    return this.#tell({ next: fault, count, path });
  }

  mix(mix: FaultMix | null): Promise<void> {
    return this.#tell({ mix: mix === null ? null : { ...mix, names: [...mix.names] } });
  }

  async aimAt(target: string | null): Promise<void> {
    this.#target = target;
    await this.#tell({ target });
  }

  /** How many requests the server answered, and how many met with each kind of fault, as of the last order. */
  get passed(): number {
    return this.#passed;
  }

  get met(): ReadonlyMap<string, number> {
    const kinds = new Set([...this.#met.keys(), ...this.#metBefore.keys()]);
    return new Map(
      [...kinds].map((kind) => [kind, (this.#met.get(kind) ?? 0) + (this.#metBefore.get(kind) ?? 0)]),
    );
  }

  /** SIGKILL. */
  async kill(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const exited = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await exited;
  }

  /** A new one on the same port, without faults. */
  async restart(): Promise<void> {
    await this.kill();
    this.#metBefore = this.met;
    this.#met.clear();
    [this.#process] = await start(this.port, this.#target);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.kill();
  }

  async #tell(order: ProxyOrder): Promise<void> {
    const answered = once(this.#process, 'message');
    this.#process.send(order);
    const [said]: unknown[] = await answered;
    const { passed, met } = done.parse(said);
    this.#passed = passed;
    for (const [kind, count] of Object.entries(met)) this.#met.set(kind, count);
  }
}

async function start(port: number, target: string | null): Promise<[ChildProcess, number]> {
  const child = fork(PROGRAM, [`${port}`, target ?? ''], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`The proxy ended with ${code}.`);
  });
  const [said]: unknown[] = await Promise.race([once(child, 'message'), ended]);
  ended.catch(() => {});
  return [child, opened.parse(said).port];
}
