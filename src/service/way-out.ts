import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '../log.ts';
import type { Site } from '../site/site.ts';

/** Opening takes the service manager a fraction of a second; longer than this nobody waits for it. */
const OPEN_WITHIN_MS = 5_000;
const LOOK_EVERY_MS = 100;

/** A connection that the kernel does not let out gets no answer: it is tried anew after so long. */
const TRY_MS = 1_000;

/** What else it may fail with there; a name that is looked up elsewhere is not found. */
const CLOSED: readonly string[] = ['EPERM', 'EACCES', 'EAI_AGAIN', 'ETIMEDOUT'];

const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/** Whether a URL is one of another computer. */
export function isElsewhere(address: string): boolean {
  const url = URL.parse(address);
  return url !== null && !LOOPBACK.test(url.hostname);
}

/** The addresses that a desk has something to tell to: its backend, the property server that it asks to be paired with, its webhooks. */
export function toldAddresses(
  { store }: Pick<Site, 'store'>,
  configured: string | undefined,
  pairing: { readonly state: string; readonly endpoint?: string },
): readonly string[] {
  const asked = pairing.state === 'waiting' ? pairing.endpoint : undefined;
  const ends = [configured, store.backend.read()?.endpoint, asked].filter((end) => end !== undefined);
  return [...ends, ...store.webhooks.list().map(({ url }) => url)];
}

/**
 * The service may talk to this computer alone (`IPAddressDeny=`) until it has somebody elsewhere to talk to: a backend, a property server, a webhook. It says so
 * with a file, and a unit of the service manager lets it out. Outside of a service it does nothing.
 */
export class WayOut {
  readonly #wish: string;
  readonly #addresses: () => readonly string[];
  readonly #log: Logger;
  #isWished: boolean;
  #isBroken = false;

  /** `wish` is the file that says so; undefined or empty: nobody keeps the daemon in. `addresses` are those that it must reach now. */
  constructor(wish: string | undefined, addresses: () => readonly string[], log: Logger) {
    this.#wish = wish ?? '';
    // The file outlives a restart of the daemon.
    this.#isWished = this.#wish !== '' && existsSync(this.#wish);
    this.#addresses = addresses;
    this.#log = log;
  }

  /** Says whether the way out is wanted, where that has changed. */
  look(): void {
    if (this.#wish !== '') this.#say(this.#addresses().some(isElsewhere));
  }

  /** Wants out for an address that the daemon does not keep yet. Resolves when the way is open, or will not be. `look` decides anew. */
  async open(address: string): Promise<void> {
    if (this.#wish === '' || !isElsewhere(address) || this.#isWished) return;
    this.#say(true);
    const late = performance.now() + OPEN_WITHIN_MS;
    while (CLOSED.includes(await codeOfConnecting(address)) && performance.now() < late) {
      await delay(LOOK_EVERY_MS);
    }
  }

  #say(isWanted: boolean): void {
    if (isWanted === this.#isWished) return;
    const wish = this.#wish;
    try {
      if (isWanted) writeFileSync(wish, '', { mode: 0o600 });
      else rmSync(wish, { force: true });
      this.#isWished = isWanted;
      this.#isBroken = false;
      this.#log.info({ wish, isWanted }, 'whether the way to other computers is wanted has changed');
    } catch (error) {
      if (!this.#isBroken)
        this.#log.warn({ err: error, wish }, 'the way to other computers cannot be asked for');
      this.#isBroken = true;
    }
  }
}

/** What it fails with to connect there; nothing when it does not. */
function codeOfConnecting(address: string): Promise<string> {
  const { hostname, port, protocol } = new URL(address);
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  return new Promise((resolve) => {
    const socket = connect({ host, port: Number(port) || (protocol === 'https:' ? 443 : 80) });
    const end = (code: string) => {
      clearTimeout(late);
      socket.destroy();
      resolve(code);
    };
    const late = setTimeout(() => end('ETIMEDOUT'), TRY_MS);
    socket.once('connect', () => end(''));
    socket.on('error', (error: NodeJS.ErrnoException) => end(error.code ?? ''));
  });
}
