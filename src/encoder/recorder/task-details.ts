import type { CardTask } from '../tap.ts';

/**
 * What a replay must know of a piece of work, as JSON: bytes are hexadecimal. The keys of the site are never among it: with them, every card of the site could
 * be opened.
 */
export function taskDetails(task: CardTask): Readonly<Record<string, unknown>> {
  switch (task.work) {
    case 'identify':
      return {
        ...(task.atr === undefined ? {} : { atr: hex(task.atr) }),
        ...(task.reader === undefined ? {} : { reader: task.reader }),
      };
    case 'refresh':
    case 'ping':
      return {};
    case 'cue':
      return { cue: task.cue };
    case 'read':
      return { card: task.card };
    case 'inspect':
      return { card: task.card, site: siteOf(task.site) };
    case 'write': {
      const { image } = task;
      const plain = image.kind === 'previous' ? { ...image, preimage: hex(image.preimage) } : image;
      return { card: task.card, site: siteOf(task.site), image: plain };
    }
  }
}

const siteOf = ({ siteId, formats, keys }: Extract<CardTask, { work: 'inspect' }>['site']) => ({
  siteId,
  formats,
  keyVersions: keys.map(({ version }) => version),
});

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex').toUpperCase();
