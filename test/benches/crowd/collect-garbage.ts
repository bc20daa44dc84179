import type { EncoderdProcess } from '../../../scripts/encoderd-process.ts';

/** What a daemon needs in its environment so that `collectGarbage` reaches it; it says where on its standard error. */
export const INSPECTED = { NODE_OPTIONS: '--inspect=127.0.0.1:0' } as const;

/** Has a daemon's V8 collect all garbage, as it does by itself only when it is short of memory: what is left is in use. */
export async function collectGarbage({ output }: EncoderdProcess): Promise<void> {
  const url = /ws:\/\/\S+/.exec(output.find((line) => line.startsWith('Debugger listening on')) ?? '')?.[0];
  if (url === undefined) throw new Error('The daemon was not started to be inspected.');
  const inspector = new WebSocket(url);
  try {
    await new Promise<void>((resolve, reject) => {
      inspector.onerror = () => reject(new Error(`Nobody answers at ${url}.`));
      inspector.onopen = () =>
        inspector.send(JSON.stringify({ id: 1, method: 'HeapProfiler.collectGarbage' }));
      inspector.onmessage = () => resolve();
    });
  } finally {
    inspector.close();
  }
}
