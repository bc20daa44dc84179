import { Desk } from './desk.ts';
import type { LiveChange, LiveClient } from './live-client.ts';
import type { Stand } from './serial-stands.ts';
import { SkippingClock } from './skipping-clock.ts';
import type { StoryBench } from './story-desk.ts';

type LiveEncoder = Extract<LiveChange, { type: 'encoder.changed' }>;

const MOST_WAITS = 3;

/** The 8 s that a device has to come back are half a minute: it is a process of this machine that has to start. */
const CLOCK_SLOWNESS = 4;

/** The daemon's driver hosts tell their process in a line of this message. */
const HOST_STARTED = 'driver host started';

/** A desk on which encoders stand side by side, each with its driver in a host of its own. */
export class SerialDesk implements AsyncDisposable {
  readonly desk: Desk;
  /** The daemon's. */
  readonly clock: SkippingClock;
  /** Hears everything. */
  readonly live: LiveClient;
  readonly #stands: ReadonlyMap<Stand['driver'], Stand>;
  readonly #encoderIds: ReadonlyMap<Stand['driver'], string>;
  readonly #parts: AsyncDisposableStack;

  private constructor(
    desk: Desk,
    clock: SkippingClock,
    live: LiveClient,
    stands: ReadonlyMap<Stand['driver'], Stand>,
    encoderIds: ReadonlyMap<Stand['driver'], string>,
    parts: AsyncDisposableStack,
  ) {
    this.desk = desk;
    this.clock = clock;
    this.live = live;
    this.#stands = stands;
    this.#encoderIds = encoderIds;
    this.#parts = parts;
  }

  /** Resolves once all of them are online. Takes the stands over: they are cleared away with the desk. */
  static async open(...made: readonly Stand[]): Promise<SerialDesk> {
    const stands = new Map(made.map((stand) => [stand.driver, stand]));
    const drivers = Object.fromEntries(made.map(({ driver, options }) => [driver, options]));
    await using parts = new AsyncDisposableStack();
    for (const stand of made) parts.use(stand);
    const clock = new SkippingClock(CLOCK_SLOWNESS);
    const desk = parts.use(await Desk.open({ config: { drivers }, clock }));
    const live = parts.use(await desk.live(0));
    const encoderIds = new Map<Stand['driver'], string>();
    for (const driver of stands.keys()) encoderIds.set(driver, await onlineId(desk, live, driver));
    return new SerialDesk(desk, clock, live, stands, encoderIds, parts.move());
  }

  stand(driver: Stand['driver']): Stand {
    const stand = this.#stands.get(driver);
    if (stand === undefined) throw new Error(`no ${driver} stands on this desk`);
    return stand;
  }

  encoderId(driver: Stand['driver']): string {
    return this.#encoderIds.get(driver) ?? '';
  }

  /** What stories work with. */
  bench(driver: Stand['driver']): StoryBench {
    const { seam, raw, systemId } = this.desk;
    const stand = this.stand(driver);
    return {
      ...{ seam, raw, systemId, encoderId: this.encoderId(driver) },
      placeCard: (order) => stand.placeCard(order),
      removeCard: () => stand.removeCard(),
      ...(stand.swipes && { swipes: stand.swipes }),
    };
  }

  /** Resolves with what is told of this encoder from the frame `after` on, once it is in that state. */
  async until(
    driver: Stand['driver'],
    state: 'online' | 'offline',
    after = this.live.frames.length,
  ): Promise<void> {
    const id = this.encoderId(driver);
    await changed(
      this.live,
      ({ acs_encoder: one }) =>
        one.acs_encoder_id === id && (one.state === 'offline') === (state === 'offline'),
      after,
    );
  }

  /** Takes the card away, and resolves when the daemon has seen that. */
  async lift(driver: Stand['driver']): Promise<void> {
    await this.stand(driver).removeCard();
    const id = this.encoderId(driver);
    const isGone = () => {
      const last = this.live.changes.findLast(
        (change) =>
          (change.type === 'card.presented' || change.type === 'card.removed') &&
          change.acs_encoder_id === id,
      );
      return last?.type !== 'card.presented';
    };
    await this.live.until(isGone, `card.removed on the ${driver}`);
  }

  /** The process in which this driver runs now. */
  hostPid(driver: Stand['driver']): number {
    const started = this.desk.lines.findLast(
      (line) => line.msg === HOST_STARTED && line['driver'] === driver,
    );
    if (typeof started?.['pid'] !== 'number')
      throw new Error(`the host of ${driver} has not said that it runs`);
    return started['pid'];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts.disposeAsync();
  }
}

/** The first change that fits, after so many frames. Driver hosts that start on a busy machine take longer than a socket waits for a frame. */
async function changed(
  live: LiveClient,
  fits: (frame: LiveEncoder) => boolean,
  after = 0,
): Promise<LiveEncoder> {
  for (let waits = 1; ; waits++) {
    try {
      return await live.next('encoder.changed', fits, after);
    } catch (error) {
      if (waits === MOST_WAITS) throw error;
    }
  }
}

/** The id of this driver's encoder, once it is online. Rejects with what the daemon says of its drivers when it does not come. */
async function onlineId(desk: Desk, live: LiveClient, driver: Stand['driver']): Promise<string> {
  try {
    const isOnline = ({ acs_encoder: one }: LiveEncoder) => one.driver === driver && one.state === 'online';
    return (await changed(live, isOnline)).acs_encoder.acs_encoder_id;
  } catch (cause) {
    const { body } = await desk.raw.post('/health', {});
    throw new Error(`the ${driver} does not come online: ${JSON.stringify(body)}`, { cause });
  }
}
