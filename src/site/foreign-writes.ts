import type { Site } from './site.ts';

/** How often the store is asked, milliseconds. */
const ASK_EVERY_MS = 500;

/** Rings the doorbell when another process, as encoderctl, has written to the store. */
export function listenForForeignWrites({ store, doorbell }: Pick<Site, 'store' | 'doorbell'>): Disposable {
  let known = store.foreignWrites();
  const timer = setInterval(() => {
    const now = store.foreignWrites();
    if (now !== known) doorbell.ring();
    known = now;
  }, ASK_EVERY_MS);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
