import { z } from 'zod';
import { roundTrips } from '../../loopback/encoder.ts';
import { CommandError } from '../../terminal.ts';
import { type DeskFunction, NotApplicable, passed } from '../function.ts';
import { LiveLine } from '../live-line.ts';

const PINGS = 50;
const REQUESTS = 50;
const CONNECTIONS = 5;
const EVENTS = 5;
/** How long an event may take to be told. */
const EVENT_MS = 5_000;

const roundTrip: DeskFunction = {
  id: 'round_trip',
  title: 'The encoder answers',
  async run({ daemon, encoder }) {
    try {
      const { asked, said, device_ms } = await roundTrips(daemon, encoder, PINGS);
      const what = 'question to answer, at the device';
      return { detail: `${asked}: ${said}.`, timings: { what, ...device_ms } };
    } catch (error) {
      const isUnable = error instanceof CommandError && error.details.type === 'unsupported_operation';
      if (isUnable) throw new NotApplicable('This encoder can be asked nothing of itself.');
      throw error;
    }
  },
};

const http: DeskFunction = {
  id: 'http',
  title: 'The API over HTTP',
  async run({ daemon, encoderId }) {
    const samples: number[] = [];
    for (let done = 0; done < REQUESTS; done++) {
      const began = performance.now();
      await daemon.call('/acs/encoders/get', { acs_encoder_id: encoderId }, z.unknown());
      samples.push(performance.now() - began);
    }
    return passed(`${REQUESTS} requests for the encoder were answered.`, 'request to answer', samples);
  },
};

const webSocket: DeskFunction = {
  id: 'websocket',
  title: 'The API over a WebSocket',
  async run({ daemon, encoderId }) {
    const samples: number[] = [];
    for (let done = 0; done < CONNECTIONS; done++) {
      const began = performance.now();
      await using line = await LiveLine.open(daemon);
      await line.ask('/acs/encoders/get', { acs_encoder_id: encoderId });
      samples.push(performance.now() - began);
    }
    return passed(
      `${CONNECTIONS} connections were made, authenticated and used for a request.`,
      'connection to first answer',
      samples,
    );
  },
};

const ofUser = z.object({ event: z.object({ event_type: z.string(), acs_user_id: z.string().optional() }) });

const events: DeskFunction = {
  id: 'events',
  title: 'Events reach whoever listens',
  async run({ feed, made }) {
    const samples: number[] = [];
    for (let done = 0; done < EVENTS; done++) {
      const since = feed.now;
      const began = performance.now();
      const acs_user_id = await made.user();
      const { atMs } = await feed.next(
        since,
        (message) => {
          const event = ofUser.safeParse(message).data?.event;
          return event?.event_type === 'acs_user.created' && event.acs_user_id === acs_user_id;
        },
        EVENT_MS,
        'The event of a new user was not told within 5 s.',
      );
      samples.push(atMs - began);
    }
    return passed(`${EVENTS} new users were told of by an event each.`, 'request to event', samples);
  },
};

const lightAndSound: DeskFunction = {
  id: 'light_and_sound',
  title: 'Light and sound',
  async run({ daemon, encoder, hand, pause }) {
    const { acs_encoder_id, display_name } = encoder;
    let lastsMs = 0;
    try {
      const answer = z.object({ lasts_ms: z.number() });
      lastsMs = (await daemon.call('/v1/encoders/identify', { acs_encoder_id }, answer)).lasts_ms;
      // Only here is it known that there is something to look at.
      hand.tell(`Look at ${display_name}: it lights up three times, and sounds if it can.`);
    } catch (error) {
      const isUnable = error instanceof CommandError && error.details.type === 'unsupported_operation';
      if (isUnable) throw new NotApplicable('It has neither light nor sound that the daemon can use.');
      throw error;
    }
    await pause(lastsMs);
    if (!(await hand.confirm(`Did ${display_name} light up, or sound, three times?`))) {
      throw new CommandError('The person saw and heard nothing of it.');
    }
    return passed('Three signs were given and confirmed.');
  },
};

/** What needs no card, in the order in which it is tried. */
export const interfaceFunctions: readonly DeskFunction[] = [
  roundTrip,
  lightAndSound,
  http,
  webSocket,
  events,
];
