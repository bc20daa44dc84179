import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { nativeTool } from './native-tools.ts';
import { SLOTS_PER_READER, VPCD_LIBRARY, writeReaderConf } from './reader-conf.ts';
import { VpcdSlot } from './vpcd-slot.ts';

const START_MS = 60_000;
/** Between two looks for its socket. */
const LOOK_MS = 2;
const PCSCD = '/usr/sbin/pcscd';

/**
 * A real pcscd of one's own, with virtual readers. It sees its own /run, so no other pcscd is disturbed or asked.
 * Its socket keeps its path over kill() and restart(), as under systemd.
 */
export interface PcscBench extends AsyncDisposable {
  /** For PCSCLITE_CSOCK_NAME, the variable by which libpcsclite finds the daemon. libpcsclite reads it once a process. */
  readonly socketName: string;
  /** As PC/SC lists them, one for each slot. */
  readonly readerNames: readonly string[];
  /** The slot of `readerNames[position]`. */
  slot(position: number): VpcdSlot;
  /** SIGKILL. Every card is out then. */
  kill(): Promise<void>;
  /** Starts pcscd anew after kill(); resolves when it is ready. The readers have the same names and ports. */
  restart(): Promise<void>;
  dispose(): Promise<void>;
}

export interface PcscBenchOptions {
  /** Readers by the names that pcscd shall give them, all different; each has two slots. One ACR122U by default. */
  readonly readers?: readonly string[];
  /** False: pcscd does not run until restart(). */
  readonly starts?: boolean;
}

/**
 * True where a private pcscd can be started: Linux, root, Debian's pcscd and vsmartcard-vpcd. Where it cannot, says so on
 * standard error, and throws if this is a CI run (`CI=true`), where nothing may be skipped.
 */
export function pcscdIsAvailable(): boolean {
  const missing = [PCSCD, VPCD_LIBRARY, '/usr/bin/cc', '/usr/include/PCSC/winscard.h'].filter(
    (path) => !exists(path),
  );
  if (process.getuid?.() !== 0) missing.push('root (for a mount namespace)');
  if (missing.length === 0) return true;
  const message = `No real pcscd here; missing: ${missing.join(', ')} (Debian: pcscd libpcsclite-dev vsmartcard-vpcd gcc)`;
  if (process.env['CI'] === 'true') throw new Error(message);
  process.stderr.write(`\nSKIPPED: ${message}\n\n`);
  return false;
}

export async function startPcscBench(options: PcscBenchOptions = {}): Promise<PcscBench> {
  const shim = await nativeTool('vpcd-shim');
  const folder = await mkdtemp(join(tmpdir(), 'encoderd-pcsc-'));
  const run = join(folder, 'run');
  const socketName = join(run, 'pcscd.comm');
  const readers = await writeReaderConf(folder, options.readers ?? ['ACS ACR122U PICC Interface']);
  const slots = readers.flatMap((reader) =>
    Array.from({ length: SLOTS_PER_READER }, (_, slot) => new VpcdSlot(reader.port + slot)),
  );
  const readerNames = readers.flatMap(({ name }) =>
    Array.from({ length: SLOTS_PER_READER }, (_, slot) => `${name} 00 0${slot}`),
  );
  let daemon: ChildProcess | undefined;

  const start = async () => {
    // pcscd refuses to start over the socket that a killed one left behind.
    await rm(run, { recursive: true, force: true });
    await mkdir(run, { recursive: true });
    daemon = await startPcscd({ run, socketName, shim, configuration: join(folder, 'conf') });
  };
  const stop = async () => {
    const running = daemon;
    daemon = undefined;
    // pcscd first: a card that leaves before it dies would be another story.
    if (running !== undefined && running.exitCode === null && running.signalCode === null) {
      const exited = once(running, 'exit');
      running.kill('SIGKILL');
      await exited;
    }
    for (const slot of slots) await slot.remove();
  };
  const dispose = async () => {
    await stop();
    await rm(folder, { recursive: true, force: true });
  };

  try {
    if (options.starts !== false) await start();
  } catch (error) {
    await dispose();
    throw error;
  }
  return {
    socketName,
    readerNames,
    slot(position) {
      const slot = slots[position];
      if (slot === undefined)
        throw new RangeError(`The bench has ${slots.length} slots; there is no slot ${position}`);
      return slot;
    },
    kill: stop,
    restart: start,
    dispose,
    [Symbol.asyncDispose]: dispose,
  };
}

/** Resolves when pcscd listens: it says that it is ready a moment before. */
async function startPcscd(paths: {
  run: string;
  socketName: string;
  shim: string;
  configuration: string;
}): Promise<ChildProcess> {
  const script =
    'mount -t tmpfs tmpfs /run && mkdir /run/pcscd && mount --bind "$RUN" /run/pcscd && LD_PRELOAD="$SHIM" exec "$PCSCD" -f -i -c "$CONF"';
  const dieWithUs = ['--pdeathsig', 'KILL'];
  const daemon = spawn(
    'setpriv',
    [...dieWithUs, 'unshare', '-m', '--propagation', 'private', 'sh', '-c', script],
    {
      env: { PATH: process.env['PATH'], RUN: paths.run, SHIM: paths.shim, PCSCD, CONF: paths.configuration },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const said: string[] = [];
  const ready = Promise.withResolvers<void>();
  const failed = (why: string) => ready.reject(new Error(`pcscd ${why}:\n${said.join('\n')}`));
  const deadline = setTimeout(failed, START_MS, `was not ready after ${START_MS} ms`);
  daemon.once('exit', () => failed('ended'));
  for (const stream of [daemon.stdout, daemon.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      if (said.length < 200) said.push(line);
      if (line.includes('daemon ready')) ready.resolve();
    });
  }
  try {
    await ready.promise;
    for (let waited = 0; waited < START_MS; waited += LOOK_MS) {
      if (await accepts(paths.socketName)) return daemon;
      await pause(LOOK_MS);
    }
    throw new Error(`nobody listens at pcscd's socket after ${START_MS} ms:\n${said.join('\n')}`);
  } catch (error) {
    daemon.kill('SIGKILL');
    throw error;
  } finally {
    clearTimeout(deadline);
  }
}

/** Whether somebody listens at this socket. */
function accepts(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(path, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

function exists(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}
