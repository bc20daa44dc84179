/** Says that something changed, and nothing more: whoever hears it reads the store. */
export interface Doorbell {
  ring(): void;
  /** Calls `listener` once after any number of rings in the same turn. Returns how to stop listening. */
  listen(listener: () => void): () => void;
}

export function createDoorbell(): Doorbell {
  const listeners = new Set<() => void>();
  let isRinging = false;
  return {
    ring() {
      if (isRinging) return;
      isRinging = true;
      setImmediate(() => {
        isRinging = false;
        for (const listener of listeners) listener();
      });
    },
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
