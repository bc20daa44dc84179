import { z } from 'zod';
import { CARD_TECHNOLOGIES } from '../../model/card.ts';
import { ENCODER_ERROR_CODES, EncoderError } from '../errors.ts';
import { cardContents, cardImage, cardSite, writeProgress } from './card-messages.ts';
import { rawRecord, wireRecord } from './wire-messages.ts';

/** What crosses between the daemon and a driver host, over Node's IPC channel. Both ends are the same release. */

const fault = z.object({ code: z.enum(ENCODER_ERROR_CODES), message: z.string() });
/** An EncoderError on its way. */
export type Fault = z.infer<typeof fault>;

const card = z.object({ uid: z.string(), technology: z.enum(CARD_TECHNOLOGIES) });
const capabilities = z.object({
  technologies: z.array(z.enum(CARD_TECHNOLOGIES)).readonly(),
  isVirtual: z.boolean(),
});
const device = z.object({ id: z.string(), name: z.string(), capabilities });
const driverNews = z.discriminatedUnion('news', [
  z.object({ news: z.literal('device_arrived'), device }),
  z.object({ news: z.literal('device_left'), deviceId: z.string() }),
  z.object({ news: z.literal('unavailable'), reason: z.string() }),
  z.object({ news: z.literal('available') }),
  z.object({ news: z.literal('trouble'), reason: z.string().nullable() }),
]);

/** A call's number; its answer carries the same. */
const call = z.int();
const deviceId = z.string();
/** Cards are counted by the host: a card that is put back is another one. */
const cardId = z.int();

/** From the daemon to the host. */
export const hostOrder = z.discriminatedUnion('order', [
  z.object({
    order: z.literal('start'),
    module: z.url(),
    options: z.unknown(),
    stateDir: z.string(),
    beatMs: z.number(),
  }),
  z.object({ order: z.literal('open'), call, device }),
  z.object({ order: z.literal('read'), call, deviceId, cardId }),
  z.object({ order: z.literal('inspect'), call, deviceId, cardId, site: cardSite }),
  z.object({ order: z.literal('write'), call, deviceId, cardId, site: cardSite, image: cardImage }),
  z.object({ order: z.literal('ping'), call, deviceId }),
  z.object({ order: z.literal('close'), call, deviceId }),
  /** The caller of `call` gave up. */
  z.object({ order: z.literal('abort'), call }),
  z.object({ order: z.literal('cue'), deviceId, cue: z.enum(['success', 'failure']) }),
  /** What has passed at the devices is to be told now: one report `wire`, empty or not. */
  z.object({ order: z.literal('tell_wire') }),
  /** Every byte that passes at this device is to be told from now on, or no more. */
  z.object({ order: z.literal('capture'), deviceId, isOn: z.boolean() }),
  z.object({ order: z.literal('stop') }),
]);
export type HostOrder = z.infer<typeof hostOrder>;

/** The answer to a call. */
const answer = z.discriminatedUnion('answer', [
  z.object({ answer: z.literal('opened'), hasCue: z.boolean(), canBePinged: z.boolean() }),
  z.object({ answer: z.literal('read'), card }),
  z.object({ answer: z.literal('inspected'), contents: cardContents }),
  /** Read back, too. */
  z.object({ answer: z.literal('written') }),
  z.object({ answer: z.literal('pinged'), asked: z.string(), said: z.string(), tookMs: z.number() }),
  z.object({ answer: z.literal('closed') }),
  z.object({ answer: z.literal('failed'), fault }),
  /** The driver heeded the abort. */
  z.object({ answer: z.literal('aborted') }),
]);
export type HostAnswer = z.infer<typeof answer>;

/** From the host to the daemon. */
export const hostReport = z.discriminatedUnion('report', [
  /** The main thread of the host runs. */
  z.object({ report: z.literal('beat') }),
  /** The driver is loaded and watches. */
  z.object({ report: z.literal('ready') }),
  /** The driver cannot be loaded: starting again soon will not help. */
  z.object({ report: z.literal('cannot_load'), reason: z.string() }),
  z.object({ report: z.literal('news'), news: driverNews }),
  /** What has passed at the devices since the last one; a sign of life, too. */
  z.object({
    report: z.literal('wire'),
    records: z.array(wireRecord).readonly(),
    raw: z.array(rawRecord).readonly(),
  }),
  z.object({ report: z.literal('answer'), call, answer }),
  /**
   * How a write is getting on; the first one precedes the first change of the card. It is in the kernel's hands before the next exchange begins,
   * and so outlives the host; unless the daemon has left so many reports unread that the channel is full: then it waits in the host, and dies with
   * it. A write that ends with `device_lost` may have begun, noted or not.
   */
  z.object({ report: z.literal('progress'), call, progress: writeProgress }),
  z.object({ report: z.literal('card_presented'), deviceId, cardId, card }),
  z.object({ report: z.literal('card_removed'), deviceId, cardId, fault }),
  /** Waiting for a card failed; it goes on. */
  z.object({ report: z.literal('waiting_failed'), deviceId, fault }),
  z.object({ report: z.literal('device_gone'), deviceId, fault }),
  z.object({
    report: z.literal('log'),
    level: z.enum(['debug', 'info', 'warn', 'error']),
    fields: z.record(z.string(), z.unknown()),
    message: z.string(),
  }),
]);
export type HostReport = z.infer<typeof hostReport>;

/** Any error as it goes over: one that is no EncoderError is a defect of the driver, and told as `device_protocol`. */
export function faultOf(error: unknown): Fault {
  if (error instanceof EncoderError) return { code: error.code, message: error.message };
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return { code: 'device_protocol', message: `the driver failed: ${message}` };
}

export function errorOf(from: Fault): EncoderError {
  return new EncoderError(from.code, from.message);
}
