import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** Of the networks for documentation (RFC 5737, RFC 3849): nobody else has them. */
export const OUTSIDE = { ipv4: '192.0.2.75', ipv6: '2001:db8::75' } as const;

const PROBE = fileURLToPath(new URL('./probe.ts', import.meta.url));

/** How long all of it may take, milliseconds: a daemon starts. */
const WITHIN_MS = 25_000;

/**
 * Makes a network that nobody else is in, with an address that is not loopback; starts `program` in it as a daemon, and
 * asks from there at that address. `node` and the probe do the asking. What is said last is the probe's finding.
 */
const SCRIPT = [
  'ip link set lo up',
  '(ip link add outside type dummy && ip link set outside up) 2>/dev/null || true',
  'device=$(ip link show outside >/dev/null 2>&1 && echo outside || echo lo)',
  `ip addr add ${OUTSIDE.ipv4}/32 dev $device`,
  `ip -6 addr add ${OUTSIDE.ipv6}/128 dev $device nodad 2>/dev/null || true`,
  'exec "$NODE" "$PROBE" "$PROGRAM"',
].join('\n');

/** What the probe found: addresses at which somebody answered, or why it could not ask. */
export type Reached =
  | { readonly answeredAt: readonly string[]; readonly askedAt: readonly string[] }
  | { readonly why: string };

/** Starts another daemon in a network of its own, without state and without encoders but virtual ones, and asks at its outer addresses. */
export async function reachedFromOutside(program: string): Promise<Reached> {
  if (process.platform !== 'linux')
    return { why: 'Only Linux has networks that can be made for one program.' };
  if (process.getuid?.() !== 0)
    return { why: 'Only root can make a network for one program: run this as root.' };
  const stateDir = mkdtempSync(join(tmpdir(), 'encoderd-audit-'));
  const child = spawn('unshare', ['--net', '--kill-child', '--fork', 'sh', '-ec', SCRIPT], {
    env: {
      PATH: process.env['PATH'] ?? '/usr/sbin:/usr/bin:/sbin:/bin',
      ...{ NODE: process.execPath, PROBE, PROGRAM: program },
      ...{ ENCODERD_STATE_DIR: stateDir, ENCODERD_PORT: '0', ENCODERD_DRIVERS: 'virtual', HOME: stateDir },
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const failed = once(child, 'error').then(([error]) => `unshare cannot be run: ${String(error)}`);
  const late = new AbortController();
  try {
    const said = Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
    const outcome = await Promise.race([
      said,
      failed,
      pause(WITHIN_MS, 'It took too long.', { signal: late.signal }),
    ]);
    if (typeof outcome === 'string') return { why: outcome };
    return findingIn(outcome[0]) ?? { why: `No network could be made: ${outcome[1].trim().slice(-200)}` };
  } finally {
    late.abort();
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    rmSync(stateDir, { recursive: true, force: true });
  }
}

function findingIn(said: string): Reached | null {
  try {
    const { answeredAt, askedAt, why } = Object(JSON.parse(said.trim().split('\n').at(-1) ?? ''));
    if (typeof why === 'string') return { why };
    return Array.isArray(answeredAt) && Array.isArray(askedAt)
      ? { answeredAt: answeredAt.map(String), askedAt: askedAt.map(String) }
      : null;
  } catch {
    return null;
  }
}
