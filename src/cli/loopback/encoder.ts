import { z } from 'zod';
import type { DaemonClient } from '../daemon-client.ts';
import type { ListedEncoder } from '../encoders.ts';
import { CommandError, EXIT, type Terminal } from '../terminal.ts';
import { inWords, type Timings, timingsOf } from '../timings.ts';

/** How often a device answered, and how soon. */
export interface RoundTrips {
  readonly acs_encoder_id: string;
  readonly display_name: string;
  /** What the device was asked, in the words of its manual. */
  readonly asked: string;
  /** What it answered last. */
  readonly said: string;
  /** At the device: from the question's first byte to the answer's last; milliseconds. */
  readonly device_ms: Timings;
  /** From this program to the device and back: through the daemon and what else the encoder does. */
  readonly whole_ms: Timings;
}

const answer = z.object({
  pings: z.array(z.object({ asked: z.string(), said: z.string(), took_ms: z.number() })),
});

/** So many questions go in one request, so that thousands stay below the daemon's limit of requests. */
const IN_ONE = 10;

/** Lets an encoder answer so many times. Throws CommandError with what the daemon says of one that does not. */
export async function roundTrips(
  daemon: DaemonClient,
  encoder: Pick<ListedEncoder, 'acs_encoder_id' | 'display_name'>,
  count: number,
  terminal?: Terminal,
): Promise<RoundTrips> {
  const { acs_encoder_id, display_name } = encoder;
  const device: number[] = [];
  const whole: number[] = [];
  let last = { asked: '', said: '' };
  while (device.length < count) {
    const wanted = Math.min(IN_ONE, count - device.length);
    const began = performance.now();
    const { pings } = await daemon.call('/v1/encoders/ping', { acs_encoder_id, count: wanted }, answer);
    const took = performance.now() - began;
    device.push(...pings.map(({ took_ms }) => took_ms));
    whole.push(...pings.map(() => took / pings.length));
    last = pings.at(-1) ?? last;
    if (pings.length === 0) break;
    if (terminal?.isJson === false && count > IN_ONE) terminal.progress('asked', device.length, count);
  }
  const [device_ms, whole_ms] = [timingsOf(device), timingsOf(whole)];
  if (device_ms === null || whole_ms === null)
    throw new CommandError(`${display_name} was asked nothing.`, EXIT.usage);
  return { acs_encoder_id, display_name, asked: last.asked, said: last.said, device_ms, whole_ms };
}

/** The report for a person. */
export function roundTripLines(trips: RoundTrips): readonly string[] {
  const line = ({ count, least, p50, p99, most }: Timings) =>
    `${count} times: half within ${inWords(p50)}, 99 of 100 within ${inWords(p99)} (${inWords(least)} to ${inWords(most)})`;
  return [
    `Encoder       ${trips.display_name}`,
    `Asked         ${trips.asked}`,
    `It said       ${trips.said}`,
    `At the device ${line(trips.device_ms)}`,
    `In all        ${line(trips.whole_ms)}`,
  ];
}
