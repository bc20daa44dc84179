import { z } from 'zod';
import { apduName } from '../../encoder/recorder/apdu-shape.ts';
import type { FlightRecord } from '../../encoder/recorder/ring.ts';
import type { WireRecord } from '../../encoder/recorder/wire-record.ts';
import { isoTime, toIsoTime } from './fields.ts';

const every = {
  /** Grows by one with each record, from 1 at the daemon's start. */
  sequence: z.int(),
  /** When it began. */
  at: isoTime,
  /** The same by a clock that is never set, that of the whole system (CLOCK_MONOTONIC). */
  monotonic_ms: z.number(),
  /** Null: it is of no encoder, or of a device that was not one yet. */
  acs_encoder_id: z.uuid().nullable(),
  driver: z.string().nullable(),
};

/** How a record goes out: nothing in it is a key, a card's number or on a card. */
export const flightRecord = z
  .discriminatedUnion('kind', [
    z.object({
      kind: z.literal('apdu'),
      ...every,
      device: z.string(),
      /** CLA INS P1 P2, hexadecimal; of a command that is no APDU that is known, CLA alone is not 0. */
      command: z.string(),
      /** What PC/SC or the card's manual calls it. */
      name: z.string().nullable(),
      /** The first byte of the native command that it carries, hexadecimal. */
      native: z.string().nullable(),
      /** How many bytes it carries. */
      lc: z.int(),
      /** How many are asked for. */
      le: z.int().nullable(),
      /** Hexadecimal; null: there was no answer. */
      status_word: z.string().nullable(),
      /** How many bytes came, the status word not counted. */
      answer_bytes: z.int(),
      duration_ms: z.number(),
    }),
    z.object({
      kind: z.literal('line'),
      ...every,
      device: z.string(),
      transport: z.enum(['serial', 'hid']),
      /** What the device's manual calls it; null: it has no name, or bytes came by themselves. */
      command: z.string().nullable(),
      out_bytes: z.int(),
      in_bytes: z.int(),
      /** To the last byte that came; null: none came. */
      duration_ms: z.number().nullable(),
      /** How often the same came again and again while nothing else happened. */
      times: z.int(),
      /** When last. */
      until: isoTime,
    }),
    z.object({
      kind: z.literal('work'),
      ...every,
      device: z.string(),
      /** What is done with the card from here on. */
      work: z.enum(['cue', 'ping', 'identify', 'read', 'refresh', 'inspect', 'write']),
    }),
    z.object({
      kind: z.literal('event'),
      ...every,
      event: z.string(),
      details: z.record(z.string(), z.unknown()),
    }),
  ])
  .meta({ id: 'flight_record' });

export type WireFlightRecord = z.input<typeof flightRecord>;

export function toFlightRecord(kept: FlightRecord): WireFlightRecord {
  const { sequence, encoderId, driver } = kept;
  const ids = { sequence, acs_encoder_id: encoderId, driver };
  if ('event' in kept) {
    const { event, at, details } = kept.event;
    const monotonic_ms = milliseconds(kept.monotonicMs);
    return { kind: 'event', ...ids, at: toIsoTime(at), monotonic_ms, event, details: { ...details } };
  }
  const { record, repeats } = kept;
  const every = { ...ids, ...timesOf(record), device: record.deviceId };
  switch (record.kind) {
    case 'apdu':
      return {
        kind: 'apdu',
        ...every,
        command: hexadecimal(record.header, 8).replaceAll(/..(?!$)/g, '$& '),
        name: apduName(record.header) ?? null,
        native: record.nativeCode === null ? null : hexadecimal(record.nativeCode, 2),
        lc: record.lc,
        le: record.le,
        status_word: record.statusWord === null ? null : hexadecimal(record.statusWord, 4),
        answer_bytes: record.answerBytes,
        duration_ms: milliseconds(record.durationMs),
      };
    case 'line':
      return {
        kind: 'line',
        ...every,
        transport: record.transport,
        command: record.command,
        out_bytes: record.outBytes,
        in_bytes: record.inBytes,
        duration_ms: record.durationMs === null ? null : milliseconds(record.durationMs),
        times: repeats?.times ?? 1,
        until: toIsoTime(repeats?.until ?? record.at),
      };
    case 'work':
      return { kind: 'work', ...every, work: record.work };
  }
}

const timesOf = ({ at, monotonicMs }: WireRecord) => ({
  at: toIsoTime(at),
  monotonic_ms: milliseconds(monotonicMs),
});

const milliseconds = (value: number): number => Math.round(value * 1000) / 1000;

const hexadecimal = (value: number, digits: number): string =>
  value.toString(16).toUpperCase().padStart(digits, '0');
