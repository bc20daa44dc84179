import type { DriverLog } from '../../src/encoder/contract.ts';
import type { ByteLine, Candidate, PortSource } from './contract.ts';
import type { ListenToLine } from './listen-to-line.ts';
import { loaded } from './loaded.ts';
import type { PortWish } from './port-wish.ts';
import { SerialLine } from './serial-line.ts';
import { SerialLook, SYSTEM_FOLDERS, type SystemFolders, type UsbProduct } from './serial-look.ts';
import { endingPort } from './serial-read.ts';
import { whyNotOpened } from './why-not-opened.ts';

/** Eight bits, no parity, one stop bit, no flow control: every encoder that is driven here is content with that. */
export interface SerialSettings {
  readonly baudRate: number;
}

export interface SerialSourceSetup {
  /** What the configuration assigns to this driver; each of them is opened, whatever it is. */
  readonly wishes: readonly PortWish[];
  /** USB products that only this driver drives: they are opened wherever they are plugged in. Never an adapter that may have anything behind it. */
  readonly products: readonly UsbProduct[];
  readonly settings: SerialSettings;
  readonly log: DriverLog;
  /** Where what passes on a line is noted. */
  readonly listen?: ListenToLine | undefined;
  /** What tests show instead of the system; absent: SYSTEM_FOLDERS. */
  readonly folders?: SystemFolders;
}

/** Serial ports, over the package serialport. README.md says which are candidates. */
export function serialSource(setup: SerialSourceSetup): PortSource<ByteLine> {
  const { wishes, products, settings, log, folders = SYSTEM_FOLDERS, listen } = setup;
  const ports = new SerialLook(wishes, products, folders);
  return {
    look: async () => ports.look(),
    open: async (candidate, signal) => {
      signal.throwIfAborted();
      const { SerialPort } = await loaded('serialport', () => import('serialport'));
      const { path } = candidate;
      const port = await SerialPort.binding
        .open({ path, baudRate: settings.baudRate })
        .catch((cause: unknown) => reject(candidate, cause, signal));
      if (signal.aborted) await port.close();
      signal.throwIfAborted();
      log.debug({ port: candidate.key, path, baudRate: settings.baudRate }, 'serial port opened');
      return new SerialLine(path, endingPort(port), listen?.(candidate.key, 'serial'));
    },
  };
}

async function reject(candidate: Candidate, cause: unknown, signal: AbortSignal): Promise<never> {
  const trouble = await whyNotOpened(candidate, 'serial port', cause);
  signal.throwIfAborted();
  throw trouble;
}
