import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';
import { type DeskStatus, statusSentence } from './desk-status.ts';
import { NotifySocket, type NotifyWishes } from './notify-socket.ts';

/** How often it looks at the desk where nobody keeps watch, milliseconds. */
const LOOK_EVERY_MS = 20_000;

/** The shortest time between two sentences about the desk, milliseconds. */
const STATUS_AFTER_MS = 5_000;

/** What the service manager is told about. */
export interface ToldDesk {
  status(): DeskStatus;
  /** Calls `listener` when something may have changed. Returns how to stop listening. */
  listen(listener: () => void): () => void;
}

/** What whoever started the daemon as a service is told. Nothing here rejects. */
export interface ServiceManager {
  /** The daemon serves; from now on it is told that it lives, and how the desk is. */
  ready(desk: ToldDesk): void;
  /** The daemon begins to end. Resolves once that was told. */
  stopping(): Promise<void>;
}

/** `wishes` null: nobody wants to be told. */
export function serviceManager(wishes: NotifyWishes | null, clock: Clock, log: Logger): ServiceManager {
  return wishes === null
    ? { ready: () => {}, stopping: () => Promise.resolve() }
    : new NotifiedManager(wishes, clock, log);
}

/**
 * Says `WATCHDOG=1` at a third of the time that the service manager waits for it, out of the event loop: a loop that is stuck says nothing, and the
 * service is started again.
 */
class NotifiedManager implements ServiceManager {
  readonly #socket: NotifySocket;
  readonly #watchdogMs: number | null;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #stop = new AbortController();
  #said = '';
  #saidAt = 0;
  #stopListening = () => {};
  #isLookDue = false;

  constructor({ socket, watchdogMs }: NotifyWishes, clock: Clock, log: Logger) {
    this.#socket = new NotifySocket(socket, log);
    this.#watchdogMs = watchdogMs;
    this.#clock = clock;
    this.#log = log;
  }

  ready(desk: ToldDesk): void {
    void this.#socket.say({ READY: '1', ...this.#alive(), ...this.#news(desk) });
    this.#stopListening = desk.listen(() => void this.#lookSoon(desk));
    void this.#beat(desk);
  }

  async stopping(): Promise<void> {
    this.#stopListening();
    this.#stop.abort();
    await this.#socket.say({ STOPPING: '1', STATUS: 'The daemon is stopping.' });
  }

  async #beat(desk: ToldDesk): Promise<void> {
    const everyMs = this.#watchdogMs === null ? LOOK_EVERY_MS : this.#watchdogMs / 3;
    while (await this.#passed(everyMs)) {
      const notice = { ...this.#alive(), ...this.#news(desk) };
      if (Object.keys(notice).length > 0) void this.#socket.say(notice);
    }
  }

  /** Looks at the desk, once after any number of changes, and not sooner than some seconds after the last sentence. */
  async #lookSoon(desk: ToldDesk): Promise<void> {
    if (this.#isLookDue) return;
    this.#isLookDue = true;
    // The clock may have been set back meanwhile.
    const leftMs = Math.min(this.#saidAt + STATUS_AFTER_MS - this.#clock.now(), STATUS_AFTER_MS);
    const isTime = await this.#passed(leftMs);
    this.#isLookDue = false;
    if (!isTime) return;
    const news = this.#news(desk);
    if (Object.keys(news).length > 0) void this.#socket.say(news);
  }

  /** Resolves with whether it goes on. */
  async #passed(ms: number): Promise<boolean> {
    const { signal } = this.#stop;
    await this.#clock.until(this.#clock.now() + ms, signal).catch(() => {});
    return !signal.aborted;
  }

  #alive(): { readonly WATCHDOG?: '1' } {
    return this.#watchdogMs === null ? {} : { WATCHDOG: '1' };
  }

  /** The sentence about the desk, if it is another one than was said last. */
  #news(desk: ToldDesk): { readonly STATUS?: string } {
    const sentence = this.#sentence(desk);
    if (sentence === this.#said) return {};
    this.#said = sentence;
    this.#saidAt = this.#clock.now();
    return { STATUS: sentence };
  }

  #sentence(desk: ToldDesk): string {
    try {
      return statusSentence(desk.status());
    } catch (error) {
      // A disk that gives nothing now: the daemon lives, and says so.
      this.#log.debug({ err: error }, 'how the desk is cannot be read');
      return this.#said;
    }
  }
}
