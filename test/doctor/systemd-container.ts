import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Outcome, runProgram } from '../../src/doctor/command.ts';

const START_MS = 60_000;
const BETWEEN_LOOKS_MS = 200;

/** What a container is made of. */
export interface ContainerPlan {
  /** The root file system, which stays as it is. */
  readonly below: string;
  /** What may be written above it, in memory: megabytes. */
  readonly roomMb: number;
  /** Folders of this machine that are in the container too, to be read: `[here, there]`. */
  readonly shown: readonly (readonly [string, string])[];
  /** Writes below `root` what the container has before its systemd begins. */
  readonly prepare: (root: string) => void;
  /** Of a command: its PATH, and the folder that it begins in. */
  readonly path: string;
  readonly folder: string;
}

/** True where a container can be started: root, systemd-nspawn, overlayfs, and `alsoNeeded`. Says what is missing otherwise. */
export function containersWork(alsoNeeded: readonly string[]): boolean {
  const missing = [
    ...['/usr/bin/systemd-nspawn', '/usr/bin/nsenter', ...alsoNeeded].filter((path) => !existsSync(path)),
    ...(process.getuid?.() === 0 ? [] : ['root']),
    ...(existsSync('/proc/filesystems') && readFileSync('/proc/filesystems', 'utf8').includes('\toverlay\n')
      ? []
      : ['overlayfs']),
  ];
  if (missing.length === 0) return true;
  process.stderr.write(`\nSKIPPED: no container with systemd here; missing: ${missing.join(', ')}\n\n`);
  return false;
}

/**
 * A Debian that is run by a systemd of its own: what is written in it is forgotten with it. Its network is a loopback and nothing else.
 */
export class SystemdContainer implements AsyncDisposable {
  readonly #leaving: AsyncDisposableStack;
  readonly #leader: number;
  readonly #plan: ContainerPlan;

  private constructor(leaving: AsyncDisposableStack, leader: number, plan: ContainerPlan) {
    this.#leaving = leaving;
    this.#leader = leader;
    this.#plan = plan;
  }

  static async start(plan: ContainerPlan): Promise<SystemdContainer> {
    await using leaving = new AsyncDisposableStack();
    const folder = mkdtempSync(join(tmpdir(), 'encoderd-container-'));
    leaving.defer(() => rmSync(folder, { recursive: true, force: true }));
    mount(leaving, folder, ['-t', 'tmpfs', '-o', `size=${plan.roomMb}m`, 'tmpfs', folder]);
    const [upper, work, root] = ['upper', 'work', 'root'].map((name) => join(folder, name));
    if (upper === undefined || work === undefined || root === undefined) throw new Error('no folders');
    for (const path of [upper, work, root]) mkdirSync(path);
    const layers = `lowerdir=${plan.below},upperdir=${upper},workdir=${work}`;
    mount(leaving, root, ['-t', 'overlay', 'overlay', '-o', layers, root]);
    plan.prepare(root);
    const words = ['--boot', '--register=no', '--keep-unit', '--private-network', '--console=pipe'];
    const shown = plan.shown.map(([here, there]) => `--bind-ro=${here}:${there}`);
    const nspawn = spawn(
      'systemd-nspawn',
      ['--directory', root, '--machine', `encoderd-${process.pid}`, '--link-journal=no', ...shown, ...words],
      { stdio: ['ignore', 'ignore', 'inherit'] },
    );
    const ended = once(nspawn, 'exit');
    leaving.defer(async () => {
      nspawn.kill('SIGKILL');
      await ended;
    });
    const leader = await until('systemd has begun', () => childOf(nspawn.pid ?? 0));
    leaving.defer(() => void process.kill(leader, 'SIGKILL'));
    const container = new SystemdContainer(leaving.move(), leader, plan);
    try {
      await until('systemd is up', async () =>
        /running|degraded/.test(await container.run('systemctl is-system-running || true'))
          ? true
          : undefined,
      );
      return container;
    } catch (error) {
      await container[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** What a command of root's says on standard output, however it ends. */
  async run(command: string, timeoutMs = START_MS): Promise<string> {
    return (await this.attempt(command, timeoutMs)).stdout;
  }

  /** What a command of root's came to. */
  attempt(command: string, timeoutMs = START_MS): Promise<Outcome> {
    return runProgram('/usr/bin/nsenter', this.#inside(command), { timeoutMs });
  }

  /** Begins a program of root's. It ends by itself, or when its standard input does: no signal gets there. */
  begin(command: string): ChildProcess {
    return spawn('/usr/bin/nsenter', this.#inside(`exec ${command}`), {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#leaving.disposeAsync();
  }

  /** In every namespace of the container, with nothing of this process's environment, and out of reach of its process group. */
  #inside(command: string): readonly string[] {
    const { path, folder } = this.#plan;
    const environment = ['/usr/bin/env', '-i', `PATH=${path}`, 'HOME=/root', 'LC_ALL=C.UTF-8'];
    const namespaces = ['-m', '-p', '-u', '-i', '-n', '-C', '/usr/bin/setsid', '--wait'];
    return [
      '-t',
      String(this.#leader),
      ...namespaces,
      ...environment,
      'sh',
      '-c',
      `cd ${folder}; ${command}`,
    ];
  }
}

/** Mounts something at `at`, until `leaving`. */
export function mount(
  leaving: AsyncDisposableStack | DisposableStack,
  at: string,
  words: readonly string[],
): void {
  execFileSync('mount', [...words]);
  leaving.defer(() => void execFileSync('umount', ['--lazy', at]));
}

function childOf(pid: number): number | undefined {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return children === '' ? undefined : Number(children.split(' ')[0]);
}

async function until<T>(what: string, look: () => T | undefined | Promise<T | undefined>): Promise<T> {
  const late = Date.now() + START_MS;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > late) throw new Error(`never in ${START_MS} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, BETWEEN_LOOKS_MS));
  }
}
