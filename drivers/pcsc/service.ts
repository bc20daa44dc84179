import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

const FIRST_RETRY_MS = 50;
const LONGEST_RETRY_MS = 500;
const PROBE_MS = 1_000;

/** Where pcscd listens; libpcsclite knows the same variable. */
export function serviceSocket(): string {
  return process.env['PCSCLITE_CSOCK_NAME'] ?? '/run/pcscd/pcscd.comm';
}

/**
 * Undefined when something listens at pcscd's socket, else why not: `ENOENT`. On systemd machines asking starts pcscd.
 * libpcsclite must not be entered before: nfc-pcsc's constructor asks it for a context in a loop without end.
 */
export function probeService(): Promise<string | undefined> {
  if (process.platform !== 'linux') return Promise.resolve(undefined);
  return new Promise((resolve) => {
    const socket = connect({ path: serviceSocket() });
    const end = (refusal: string | undefined) => {
      socket.destroy();
      resolve(refusal);
    };
    socket.setTimeout(PROBE_MS, () => end('ETIMEDOUT'));
    socket.once('connect', () => end(undefined));
    socket.once('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
  });
}

/** Resolves when pcscd listens, asking again at growing intervals; rejects with `signal.reason`. `tell` hears the first refusal. */
export async function untilServiceListens(
  signal: AbortSignal,
  tell: (refusal: string) => void,
): Promise<void> {
  for (let retryMs = FIRST_RETRY_MS; ; retryMs = Math.min(2 * retryMs, LONGEST_RETRY_MS)) {
    signal.throwIfAborted();
    const refusal = await probeService();
    if (refusal === undefined) return;
    if (retryMs === FIRST_RETRY_MS) tell(refusal);
    await delay(retryMs, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
}
