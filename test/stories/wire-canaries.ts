import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { captured } from './captured.ts';
import type { Desk } from './desk.ts';
import { issued } from './encode-stories.ts';
import type { RawClient } from './raw-client.ts';
import { SerialDesk } from './serial-desk.ts';
import type { Stand } from './serial-stands.ts';
import { type CardOrder, newCard, type StoryBench, StoryDesk } from './story-desk.ts';

/** So many bytes in a row are told from what stands anywhere by chance, and are less than any secret that passes. */
const BYTES = 6;
const CHARACTERS = 12;
/** Zeros, factory keys and the like are no secret. */
const DISTINCT = 4;

/** What passed after the greeting, message by message, to the byte; of a message of a serial encoder what came in pieces is put together. */
function passedIn(capture: string): readonly Uint8Array[] {
  const lines = capture
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  const greeted = lines.findIndex(({ kind }) => kind === 'greeted');
  const messages: string[] = [];
  let coming = '';
  for (const line of lines.slice(greeted + 1)) {
    if (line.kind === 'apdu') messages.push(line.out.slice(10), line.in ?? '');
    if (line.kind === 'in') coming += line.bytes;
    if (line.kind !== 'out') continue;
    messages.push(coming, line.bytes);
    coming = '';
  }
  return [...messages, coming].map((hex) => Buffer.from(hex, 'hex'));
}

/** Every way in which a few bytes in a row of these may be written down, in small letters. */
function forms(messages: readonly Uint8Array[]): Set<string> {
  const found = new Set<string>();
  for (const message of messages) {
    for (let at = 0; at + BYTES <= message.length; at++) {
      const window = message.subarray(at, at + BYTES);
      if (new Set(window).size < DISTINCT) continue;
      found.add(Buffer.from(window).toString('hex'));
      found.add([...window].map((byte) => byte.toString(16).padStart(2, '0')).join(' '));
      found.add(window.join(','));
      found.add(Buffer.from(window).toString('base64').toLowerCase());
      const text = Buffer.from(message.subarray(at, at + CHARACTERS)).toString('latin1');
      if (/^[ -~]{12}$/.test(text)) found.add(text.toLowerCase());
    }
  }
  return found;
}

/** What of the secret stands in the text. */
function leaked(text: string, secret: ReadonlySet<string>): readonly string[] {
  const low = text.toLowerCase();
  return [...secret].filter((form) => low.includes(form)).map((form) => around(low, form));
}

const around = (text: string, form: string) => {
  const at = text.indexOf(form);
  return `${form} in ${text.slice(Math.max(0, at - 80), at + 80)}`;
};

interface Marked {
  readonly desk: Desk;
  readonly bench: StoryBench;
  readonly admin: RawClient;
}

/** Cards are scanned and written; all that passed is known by a capture with its payload, and must stand nowhere else. */
export async function nothingLeaks(
  { desk, bench, admin }: Marked,
  cards: readonly CardOrder[],
): Promise<void> {
  const secrets: string[] = [];
  const masked = await captured(admin, bench.encoderId, false, async () => {
    const work = async () => {
      await using story = await StoryDesk.open(bench);
      for (const card of cards) {
        await story.serve(await story.scan(), card);
        await issued(story, card);
      }
    };
    secrets.push(await captured(admin, bench.encoderId, true, work));
  });
  const [payload = ''] = secrets;
  const secret = forms(passedIn(payload));
  for (const { uid } of cards) secret.add(uid.toLowerCase());
  const listed = await admin.post('/v1/flight_recorder/list', { limit: 10_000 });
  const log = JSON.stringify(desk.lines);
  const overApi = await admin.post('/v1/log/list', {});
  const healths = JSON.stringify([await admin.post('/health'), await admin.post('/v1/encoders/list_health')]);
  await desk.stop();
  const file = readFileSync(join(desk.stateDir, 'flight-recorder.jsonl'), 'utf8');
  // One that leaks would be found.
  expect(secret.size).toBeGreaterThan(200);
  expect(leaked(payload, secret).length).toBeGreaterThan(50);
  expect(masked).toMatch(/"kind":"(apdu|line)"/);
  expect(file).toMatch(/"kind":"(apdu|line)"/);
  expect(leaked(masked, secret)).toEqual([]);
  expect(leaked(JSON.stringify(listed.body), secret)).toEqual([]);
  expect(leaked(file, secret)).toEqual([]);
  expect(leaked(log, secret)).toEqual([]);
  expect(leaked(JSON.stringify(overApi.body), secret)).toEqual([]);
  expect(leaked(healths, secret)).toEqual([]);
}

/** The same of an encoder that stands alone on a desk, with its driver in a host. */
export async function nothingLeaksAt(stand: Stand, kinds: readonly CardOrder['technology'][]): Promise<void> {
  await using serial = await SerialDesk.open(stand);
  const admin = serial.desk.app('admin', ['admin', 'read']);
  const bench = serial.bench(stand.driver);
  await nothingLeaks(
    { desk: serial.desk, bench, admin },
    kinds.map((kind) => newCard(kind)),
  );
}

/** Kinds of cards that lie on an encoder, one for each way in which they are written. */
export const FIELD_CARDS = ['ntag215', 'mifare_classic_1k', 'mifare_desfire'] as const;
