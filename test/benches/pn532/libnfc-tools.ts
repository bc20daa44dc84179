import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import type { Pn532Port } from './pn532-port.ts';

const run = promisify(execFile);

/** Debian packages by one of their programs. */
const NEEDED = {
  socat: '/usr/bin/socat',
  'libnfc-bin': '/usr/bin/nfc-list',
  'libnfc-examples': '/usr/bin/nfc-poll',
  'libfreefare-bin': '/usr/bin/mifare-desfire-info',
} as const;

/** A tool may take so long: reading a whole card, a hundred exchanges. */
const TOOL_TIMEOUT_MS = 60_000;
const MOST_QUESTIONS = 8;

/**
 * True where the tools of libnfc and libfreefare can be run. Where they cannot, says so on standard error, and throws if this is a CI run
 * (`CI=true`), where nothing may be skipped.
 */
export function libnfcToolsAreAvailable(): boolean {
  const missing = Object.entries(NEEDED).filter(([, program]) => !existsSync(program));
  if (missing.length === 0) return true;
  const message = `No tools of libnfc here; missing the Debian packages ${missing.map(([name]) => name).join(' ')}`;
  if (process.env['CI'] === 'true') throw new Error(message);
  process.stderr.write(`\nSKIPPED: ${message}\n\n`);
  return false;
}

/** Runs a tool of libnfc-bin or libfreefare-bin on this PN532, which gets no for every question: what it printed. Rejects when it fails, with what it printed. */
export async function runLibnfcTool(port: Pn532Port, program: string, ...options: string[]): Promise<string> {
  const running = run(program, options, {
    env: { PATH: '/usr/bin:/bin', LIBNFC_DEVICE: `pn532_uart:${port.path}:115200` },
    timeout: TOOL_TIMEOUT_MS,
  });
  running.child.stdin?.end('n\n'.repeat(MOST_QUESTIONS));
  const { stdout } = await running;
  return stdout;
}
