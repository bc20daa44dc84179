import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { PortTrouble } from '../../../drivers/ports/contract.ts';
import { serialSource } from '../../../drivers/ports/serial-source.ts';
import { quietLog } from '../pcsc/quiet-log.ts';

/** A user without any group or right: nobody. */
export const NOBODY = 65_534;

const PATIENCE_MS = 30_000;

/** What the driver says when it opens a serial port as the user NOBODY, in a process of its own: `held: /dev/...`, or `opened`. Only root can become somebody else. */
export async function openAsNobody(path: string): Promise<string> {
  const script = fileURLToPath(import.meta.url);
  const { stdout } = await promisify(execFile)(process.execPath, [script, path], { timeout: PATIENCE_MS });
  return stdout.trim();
}

/** This file is its own child process. */
async function main(path: string): Promise<void> {
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const settings = { baudRate: 9600 };
  const source = serialSource({ wishes: [path], products: [], settings, log: quietLog });
  // While it may still read what lies in root's folders, it loads the package.
  await source.open({ key: 'none', path: '/dev/none' }, signal).catch(() => {});
  process.setgroups?.([]);
  process.setgid?.(NOBODY);
  process.setuid?.(NOBODY);
  try {
    await using _line = await source.open({ key: 'port', path }, signal);
    console.log('opened');
  } catch (error) {
    console.log(error instanceof PortTrouble ? `${error.kind}: ${error.message}` : `broke: ${error}`);
  }
}

if (import.meta.main) await main(process.argv[2] ?? '');
