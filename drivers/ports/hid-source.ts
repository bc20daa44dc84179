import type { Candidate, HidLine, PortSource } from './contract.ts';
import { OpenHidLine } from './hid-line.ts';
import { HidLook, type HidProduct } from './hid-look.ts';
import type { ListenToLine } from './listen-to-line.ts';
import { loaded } from './loaded.ts';
import { SYSTEM_FOLDERS, type SystemFolders } from './serial-look.ts';
import { whyNotOpened } from './why-not-opened.ts';

export interface HidSourceSetup {
  /** USB products that only this driver drives. */
  readonly products: readonly HidProduct[];
  /** Where what passes on a line is noted. */
  readonly listen?: ListenToLine | undefined;
  /** What tests show instead of the system; absent: SYSTEM_FOLDERS. */
  readonly folders?: SystemFolders;
}

/** HID devices, over the package node-hid: found in sysfs without it, opened as HIDAsync (the other class blocks, and may crash when it is closed). */
export function hidSource(setup: HidSourceSetup): PortSource<HidLine> {
  const { products, folders = SYSTEM_FOLDERS, listen } = setup;
  const devices = new HidLook(products, folders);
  return {
    look: async () => devices.look(),
    open: async (candidate, signal) => {
      signal.throwIfAborted();
      const { HIDAsync } = await loaded('node-hid', () => import('node-hid'));
      const { path } = candidate;
      const hid = await HIDAsync.open(path).catch((cause: unknown) => reject(candidate, cause, signal));
      if (signal.aborted) await hid.close();
      signal.throwIfAborted();
      return new OpenHidLine(path, hid, listen?.(candidate.key, 'hid'));
    },
  };
}

async function reject(candidate: Candidate, cause: unknown, signal: AbortSignal): Promise<never> {
  const trouble = await whyNotOpened(candidate, 'HID device', cause);
  signal.throwIfAborted();
  throw trouble;
}
