import { z } from 'zod';
import type { Capture, CapturedLine } from '../../encoder/recorder/captures.ts';
import type { RawRecord } from '../../encoder/recorder/wire-record.ts';
import { isoTime, toIsoTime } from './fields.ts';
import { toFlightRecord } from './flight-record.ts';

export const capture = z
  .object({
    capture_id: z.uuid(),
    acs_encoder_id: z.uuid(),
    driver: z.string(),
    device: z.string(),
    /** The driver's part of the configuration, as it runs. */
    driver_options: z.record(z.string(), z.unknown()),
    /** Whether it holds every byte: keys of cards, their numbers, and what is on them. */
    with_payload: z.boolean(),
    started_at: isoTime,
    /** When it ends by itself. */
    ends_at: isoTime,
  })
  .meta({ id: 'capture' });

export const toCapture = (one: Capture): z.input<typeof capture> => ({
  capture_id: one.id,
  acs_encoder_id: one.encoderId,
  driver: one.driver,
  device: one.deviceId,
  driver_options: Object(one.driverOptions),
  with_payload: one.withPayload,
  started_at: toIsoTime(one.startedAt),
  ends_at: toIsoTime(one.endsAt),
});

/** A line of a capture as it stands in its file (docs/flight-recorder.md). */
export function toCaptureLine(line: CapturedLine): Record<string, unknown> {
  return 'masked' in line ? { ...toFlightRecord(line.masked) } : rawLine(line.raw);
}

function rawLine(record: RawRecord): Record<string, unknown> {
  const { at, monotonicMs } = record;
  const every = { at: toIsoTime(at), monotonic_ms: milliseconds(monotonicMs) };
  switch (record.kind) {
    case 'apdu':
      return {
        kind: 'apdu',
        ...every,
        duration_ms: milliseconds(record.durationMs),
        out: hexadecimal(record.out),
        in: record.in === null ? null : hexadecimal(record.in),
      };
    case 'out':
    case 'in': {
      const { kind, transport, command, isIdle, bytes } = record;
      return { kind, ...every, transport, command, is_idle: isIdle, bytes: hexadecimal(bytes) };
    }
    case 'work':
      return { kind: 'work', ...every, work: record.work, details: record.details };
    case 'opened':
    case 'greeted':
      return { kind: record.kind, ...every };
  }
}

const milliseconds = (value: number): number => Math.round(value * 1000) / 1000;

const hexadecimal = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex').toUpperCase();
