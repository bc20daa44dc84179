import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type DeskLine, LiveDesk } from '../../../src/console/live-desk.ts';

type Listener = (change: object) => void;

const PAGE = { pairing_id: 'pairing-1', origin: 'https://pms.example.com', name: 'PMS', code: null };

describe('the picture of a desk', () => {
  const asked: (readonly [path: string, params: object])[] = [];
  const listeners = new Map<string, Listener>();
  let live: LiveDesk;

  beforeEach(() => {
    asked.length = 0;
    const line = {
      scopes: ['read', 'manage'],
      encoders: async () => [],
      request: async (path: string, params: object = {}) => {
        asked.push([path, params]);
        return path === '/v1/pairing/list' ? { pairings: [PAGE] } : { acs_systems: [] };
      },
      on: (type: string, listener: Listener) => {
        listeners.set(type, listener);
        return () => listeners.delete(type);
      },
    };
    if (!isLine(line)) throw new Error('the script lacks something');
    live = new LiveDesk(line, () => undefined);
  });

  afterEach(() => live.close());

  test('has the pages that ask, and never asks for their codes by itself: that would make them good', async () => {
    await live.load();
    listeners.get('pairing.changed')?.({});
    expect(live.picture.waitingPages).toEqual([PAGE]);
    const lists = asked.filter(([path]) => path === '/v1/pairing/list');
    expect(lists).toHaveLength(2);
    expect(lists.every(([, params]) => Reflect.get(params, 'show_codes') === false)).toBe(true);
  });

  test('keeps what was undone here', () => {
    live.noteUndone('attempt-1');
    live.noteUndone('attempt-2');
    expect([...live.picture.undone]).toEqual(['attempt-1', 'attempt-2']);
  });

  test('knows that an encoder is empty once its card was taken away', () => {
    const card = { uid: 'A1', card_number: '1', technology: 'ntag213' };
    expect(live.picture.emptied.has('encoder-1')).toBe(false);
    listeners.get('card.removed')?.({ acs_encoder_id: 'encoder-1' });
    expect(live.picture.emptied.has('encoder-1')).toBe(true);
    listeners.get('card.presented')?.({ acs_encoder_id: 'encoder-1', card });
    expect(live.picture.emptied.has('encoder-1')).toBe(false);
  });
});

function isLine(value: object): value is DeskLine {
  return ['request', 'on', 'encoders', 'scopes'].every((name) => name in value);
}
