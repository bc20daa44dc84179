import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fromHex } from '../../../src/card/hex.ts';
import { apduShape } from '../../../src/encoder/recorder/apdu-shape.ts';
import { KeptRing } from '../../../src/encoder/recorder/kept-ring.ts';
import { KEPT_RECORDS, Ring } from '../../../src/encoder/recorder/ring.ts';
import type { LineRecord, RawRecord, WireRecord } from '../../../src/encoder/recorder/wire-record.ts';
import { WireRecorder } from '../../../src/encoder/recorder/wire-recorder.ts';

const KEY = 'A0A1A2A3A4A5';

test.each([
  ['a key that is loaded', `FF82000006${KEY}`, { header: 0xff820000, nativeCode: null, lc: 6, le: null }],
  ['a number that is asked for', 'FFCA000000', { header: 0xffca0000, nativeCode: null, lc: 0, le: 256 }],
  [
    'a password in a direct transmit',
    'FF00000007D4421BDEADBEEF',
    { header: 0xff000000, nativeCode: 0x1b, lc: 7, le: null },
  ],
  [
    'a block in InDataExchange',
    'FF00000006D44001A00401',
    { header: 0xff000000, nativeCode: 0xa0, lc: 6, le: null },
  ],
  ['a DESFire frame', '90AF0000020102 00', { header: 0x90af0000, nativeCode: null, lc: 2, le: 256 }],
  [
    'a native frame of an unknown class',
    `30${KEY}`,
    { header: 0x30000000, nativeCode: null, lc: 6, le: null },
  ],
  ['too few bytes to be one', 'FFA1A2', { header: 0xff000000, nativeCode: null, lc: 2, le: null }],
])('of %s its shape is kept, and nothing that it carries', (_, hex, shape) => {
  expect(apduShape(fromHex(hex))).toEqual(shape);
});

const line = (command: string, inBytes: number, isIdle = true): LineRecord => ({
  kind: 'line',
  ...{ deviceId: 'port', transport: 'serial', at: 1, monotonicMs: 1, durationMs: 1 },
  ...{ command, isIdle, outBytes: 4, inBytes },
});

test('what a driver says while nothing happens stands in the ring once, with how often, until something happens', () => {
  const ring = new Ring();
  for (let times = 0; times < 500; times++) {
    ring.push('pn532', line('InListPassiveTarget', 6));
    ring.push('pn532', { ...line('InAutoPoll', 6), at: 2 + times });
  }
  ring.push('pn532', line('InListPassiveTarget', 20));
  ring.push('pn532', line('InDataExchange', 20, false));
  ring.push('pn532', line('InListPassiveTarget', 6));
  const repeats = ring.after(0, 100).map((one) => ('repeats' in one ? one.repeats : undefined));
  expect(repeats).toEqual([{ times: 500, until: 1 }, { times: 500, until: 501 }, null, null, null]);
});

test('the ring keeps the last 10,000, tells them in pages, and those of one encoder', () => {
  const ring = new Ring();
  ring.knowEncoder('twn4', 'port', 'encoder-1');
  for (let count = 0; count < KEPT_RECORDS + 5; count++)
    ring.push(count % 2 === 0 ? 'twn4' : 'pn532', line('A', count, false));
  expect(ring.last).toBe(KEPT_RECORDS + 5);
  expect(ring.after(0, 3).map(({ sequence }) => sequence)).toEqual([6, 7, 8]);
  expect(ring.after(9, 2, 'encoder-1').map(({ sequence }) => sequence)).toEqual([11, 13]);
  expect(ring.after(0, 20_000)).toHaveLength(KEPT_RECORDS);
});

function recorder() {
  const records: WireRecord[] = [];
  const raw: RawRecord[] = [];
  const tap = new WireRecorder({ record: (one) => records.push(one), raw: (one) => raw.push(one) });
  return { tap, records, raw };
}

test('bytes are copied while a device is captured, and only then; a driver may overwrite them', () => {
  const { tap, records, raw } = recorder();
  const command = Buffer.from(`FF82000006${KEY}`, 'hex');
  tap.apdus('reader').exchanged(performance.now(), command, Buffer.from('9000', 'hex'));
  expect(raw).toEqual([]);
  tap.capture('reader', true);
  tap.apdus('other').exchanged(performance.now(), command, undefined);
  tap.apdus('reader').exchanged(performance.now(), command, Buffer.from('9000', 'hex'));
  command.fill(0);
  expect(raw).toMatchObject([{ deviceId: 'reader', out: new Uint8Array(fromHex(`FF82000006${KEY}`)) }]);
  tap.capture('reader', false);
  tap.apdus('reader').exchanged(performance.now(), command, undefined);
  expect(raw).toHaveLength(1);
  expect(records.map((one) => one.kind === 'apdu' && one.statusWord)).toEqual([0x9000, null, 0x9000, null]);
});

test('a capture of a line that was opened before begins with its greeting, and has nothing of what passed in between', () => {
  const { tap, records, raw } = recorder();
  const open = tap.line('port', 'serial', (bytes) => ({
    name: `command ${bytes[0]}`,
    isIdle: bytes[0] === 9,
  }));
  open.wrote(Uint8Array.of(1));
  open.received(Uint8Array.of(2));
  open.received(Uint8Array.of(3, 4));
  tap.greeted('port');
  open.wrote(Uint8Array.of(5));
  open.received(Uint8Array.of(6));
  open.wrote(Uint8Array.of(9));
  tap.capture('port', true);
  open.received(Uint8Array.of(7));
  expect(raw.map((one) => [one.kind, 'bytes' in one ? [...one.bytes] : null])).toEqual([
    ['opened', null],
    ['out', [1]],
    ['in', [2]],
    ['in', [3, 4]],
    ['greeted', null],
    ['out', [9]],
    ['in', [7]],
  ]);
  expect(records).toMatchObject([
    { command: 'command 1', outBytes: 1, inBytes: 3 },
    { command: 'command 5', outBytes: 1, inBytes: 1 },
  ]);
});

test('the file is replaced whole, only its owner reads it, and that of the run before stays beside it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'encoderd-ring-'));
  try {
    const path = join(folder, 'flight-recorder.jsonl');
    const lines = Array.from({ length: 1_201 }, (_, at) => `{"sequence":${at + 1}}`);
    await new KeptRing(path, () => lines).write();
    expect(readFileSync(path, 'utf8')).toBe(`${lines.join('\n')}\n`);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const next = new KeptRing(path, () => ['{}']);
    expect(readFileSync(`${path}.previous`, 'utf8')).toContain('{"sequence":1201}');
    next.writeNow();
    expect(readFileSync(path, 'utf8')).toBe('{}\n');
    expect(readdirSync(folder).toSorted()).toEqual([
      'flight-recorder.jsonl',
      'flight-recorder.jsonl.previous',
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a fault that ends the process leaves the ring in the file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'encoderd-ring-'));
  try {
    const path = join(folder, 'flight-recorder.jsonl');
    const module = new URL('../../../src/encoder/recorder/flight-recorder.ts', import.meta.url);
    const program = `
      const { FlightRecorder } = await import(${JSON.stringify(module.href)});
      const toLine = (record) => JSON.stringify(record.event);
      const recorder = new FlightRecorder({ path: ${JSON.stringify(path)}, toLine, log: console });
      recorder.note({ event: 'host_ended', encoderId: null, driver: 'pn532', at: 0, details: {} });
      process.on('uncaughtException', () => process.exit(70));
      setImmediate(() => { throw new Error('a bug'); });`;
    const { status } = spawnSync(process.execPath, ['--input-type=module', '-e', program]);
    expect(status).toBe(70);
    expect(readFileSync(path, 'utf8')).toContain('"event":"host_ended"');
  } finally {
    rmSync(folder, { recursive: true });
  }
});
