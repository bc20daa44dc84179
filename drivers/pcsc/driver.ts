import { setTimeout as delay } from 'node:timers/promises';
import type { NFC } from 'nfc-pcsc';
import {
  type Device,
  type DriverContext,
  type DriverLog,
  type DriverNews,
  type EncoderDriver,
  newsStream,
} from '../../src/encoder/contract.ts';
import { EncoderError } from '../../src/encoder/errors.ts';
import type { CardTask, WireTap } from '../../src/encoder/tap.ts';
import { PcscEncoder } from './encoder.ts';
import { type PcscOptions, pcscOptions } from './options.ts';
import { fromScard } from './scard-errors.ts';
import { serviceSocket, untilServiceListens } from './service.ts';
import { PcscSession } from './session.ts';

/** Until a package that is missing, or a service that refuses, is asked again. */
const RETRY_MS = 1_000;
/** Between the end of one session and the next: pcscd may be dying under a socket that still answers. */
const SESSION_PAUSE_MS = 100;

/** Every contactless PC/SC reader, over nfc-pcsc 0.8.1. README.md tells what that package does wrong, and what is done about it. */
export class PcscDriver implements EncoderDriver {
  readonly name = 'pcsc';
  readonly #options: PcscOptions;
  readonly #log: DriverLog;
  readonly #tap: WireTap | undefined;
  readonly #open = new Set<string>();
  #session: PcscSession | undefined;

  constructor(context: DriverContext) {
    this.#options = pcscOptions.parse(context.options);
    this.#log = context.log;
    this.#tap = context.tap;
  }

  watch(signal: AbortSignal): AsyncIterable<DriverNews> {
    return newsStream(signal, (tell, until) => this.#serve(tell, until));
  }

  async open(device: Device, signal: AbortSignal): Promise<PcscEncoder> {
    signal.throwIfAborted();
    const reader = this.#session?.readerOf(device.id);
    if (reader === undefined) throw new EncoderError('device_lost', `${device.name} is not plugged in`);
    if (this.#open.has(device.id)) throw new Error(`${device.id} is open already`);
    this.#open.add(device.id);
    reader.noteExchanges(this.#tap?.apdus(device.id));
    reader.gone.addEventListener('abort', () => this.#open.delete(device.id), { once: true });
    const { id } = device;
    const tap = this.#tap;
    const note = (task: CardTask) => tap?.work(id, task);
    return new PcscEncoder(reader, note, () => this.#open.delete(id));
  }

  async #serve(tell: (news: DriverNews) => void, signal: AbortSignal): Promise<void> {
    let isAvailable: boolean | undefined;
    const unavailable = (reason: string) => {
      if (isAvailable === false) return;
      isAvailable = false;
      tell({ news: 'unavailable', reason });
    };
    while (!signal.aborted) {
      try {
        const nfcPcsc = await loadPackage();
        await untilServiceListens(signal, (refusal) => unavailable(noService(refusal)));
        this.#session = new PcscSession(establish(nfcPcsc.NFC), this.#options, this.#log, tell);
        if (isAvailable !== true) tell({ news: 'available' });
        isAvailable = true;
        await this.#session.ended(signal);
        await delay(SESSION_PAUSE_MS, undefined, { signal }).catch(() => {});
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof EncoderError)) throw error;
        unavailable(error.message);
        await delay(RETRY_MS, undefined, { signal }).catch(() => {});
      } finally {
        this.#session = undefined;
      }
    }
  }
}

/** Native code is loaded here, and not before. Rejects with `driver_unavailable`. */
async function loadPackage(): Promise<typeof import('nfc-pcsc')> {
  try {
    return await import('nfc-pcsc');
  } catch (error) {
    const why = error instanceof Error ? error.message.split('\n')[0] : String(error);
    const cure =
      'install libpcsclite-dev and a C++ compiler, run npm install in the folder of encoderd, and start it again';
    throw new EncoderError('driver_unavailable', `nfc-pcsc cannot be loaded: ${cure} (${why})`, {
      cause: error,
    });
  }
}

/** Throws what libpcsclite said as an EncoderError. Something must listen at pcscd's socket. */
function establish(Nfc: typeof import('nfc-pcsc').NFC): NFC {
  try {
    return new Nfc();
  } catch (error) {
    throw fromScard(error, 'connect to the smart card service');
  }
}

function noService(refusal: string): string {
  const cure = 'install it (Debian: apt-get install pcscd) or start it (systemctl start pcscd.socket)';
  return `pcscd does not listen at ${serviceSocket()} (${refusal}): ${cure}`;
}
