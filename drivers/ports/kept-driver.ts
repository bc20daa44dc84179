import {
  type CardEncoder,
  type Device,
  type DriverLog,
  type DriverNews,
  type EncoderDriver,
  newsStream,
} from '../../src/encoder/contract.ts';
import { EncoderError } from '../../src/encoder/errors.ts';
import type { Candidate, Greet, PortLine, PortSource } from './contract.ts';
import { KeptPort } from './kept-port.ts';
import { said } from './line-end.ts';
import { ORDINARY_PACE, type Pace } from './pace.ts';
import { TroubleBoard } from './trouble-board.ts';
import { pause } from './waiting.ts';

export interface KeptDriverSetup<Line extends PortLine> {
  readonly name: string;
  readonly sources: readonly PortSource<Line>[];
  readonly greet: Greet<Line>;
  readonly log: DriverLog;
  /** What tests hurry; the rest is ORDINARY_PACE. */
  readonly pace?: Partial<Pace>;
}

/**
 * A driver for devices at ports: looks around every second, and keeps every candidate that answers. One watch at a time; a second one begins when
 * the first has ended.
 */
export function keptDriver<Line extends PortLine>(setup: KeptDriverSetup<Line>): EncoderDriver {
  return new KeptDriver(setup);
}

interface Sighted<Line extends PortLine> {
  readonly candidate: Candidate;
  readonly source: PortSource<Line>;
}

/** A look around that is to come. */
interface Look {
  readonly asked: AbortController;
  readonly done: PromiseWithResolvers<void>;
}

class KeptDriver<Line extends PortLine> implements EncoderDriver {
  readonly name: string;
  readonly #setup: KeptDriverSetup<Line>;
  readonly #pace: Pace;
  #ports = new Map<string, KeptPort<Line>>();
  #nextLook = newLook();
  #watched: Promise<void> = Promise.resolve();

  constructor(setup: KeptDriverSetup<Line>) {
    this.name = setup.name;
    this.#setup = setup;
    this.#pace = { ...ORDINARY_PACE, ...setup.pace };
  }

  watch(signal: AbortSignal): AsyncIterable<DriverNews> {
    return newsStream(signal, (tell, until) => {
      const watching = this.#watched.then(() => this.#serve(tell, until));
      this.#watched = watching.catch(() => {});
      return watching;
    });
  }

  async open(device: Device, signal: AbortSignal): Promise<CardEncoder> {
    signal.throwIfAborted();
    const port = this.#ports.get(device.id);
    if (port === undefined) throw new EncoderError('device_lost', `${device.name} is not plugged in`);
    return port.open(signal);
  }

  async #serve(tell: (news: DriverNews) => void, signal: AbortSignal): Promise<void> {
    const board = new TroubleBoard(tell, this.#setup.log);
    let isAvailable: boolean | undefined;
    let greeted: Promise<void> = Promise.resolve();
    try {
      while (!signal.aborted) {
        const look = this.#nextLook;
        this.#nextLook = newLook();
        try {
          await this.#lookAround(tell, board, isAvailable === undefined, signal);
          if (isAvailable !== true) {
            isAvailable = true;
            const firstTries = [...this.#ports.values()].map(({ tried }) => tried);
            greeted = Promise.all(firstTries).then(() => tell({ news: 'available' }));
          }
        } catch (error) {
          if (isAvailable !== false) tell({ news: 'unavailable', reason: said(error) });
          isAvailable = false;
        }
        look.done.resolve();
        await pause(this.#pace.lookMs, signal, this.#nextLook.asked.signal);
      }
    } finally {
      await Promise.all([...this.#ports.values()].map((port) => port.stop()));
      this.#ports.clear();
      await greeted;
    }
  }

  async #lookAround(
    tell: (news: DriverNews) => void,
    board: TroubleBoard,
    isFirst: boolean,
    signal: AbortSignal,
  ): Promise<void> {
    const { sources, greet, log } = this.#setup;
    const sights = await Promise.all(sources.map(async (source) => ({ source, sight: await source.look() })));
    if (signal.aborted) return;
    const seen = new Map<string, Sighted<Line>>();
    for (const { source, sight } of sights)
      for (const candidate of sight.candidates) seen.set(candidate.key, { candidate, source });
    board.sighted(sights.flatMap(({ sight }) => sight.troubles));
    await this.#dropVanished(seen);
    if (signal.aborted) return;
    for (const [key, { candidate, source }] of seen) {
      const kept = this.#ports.get(key);
      if (kept !== undefined) {
        if (kept.candidate.plugging !== candidate.plugging) kept.replug(candidate);
        continue;
      }
      const lookAgain = () => this.#lookAgain();
      const port = new KeptPort({
        ...{ candidate, source, greet, log, board, tell, lookAgain },
        pace: this.#pace,
        wasPluggedIn: !isFirst,
      });
      this.#ports.set(key, port);
    }
  }

  /** What was plugged in elsewhere comes back at once. */
  async #dropVanished(seen: ReadonlyMap<string, Sighted<Line>>): Promise<void> {
    const vanished = [...this.#ports].filter(
      ([key, { candidate }]) => seen.get(key)?.candidate.path !== candidate.path,
    );
    await Promise.all(vanished.map(([, port]) => port.vanish()));
    for (const [key] of vanished) this.#ports.delete(key);
  }

  #lookAgain(): Promise<void> {
    this.#nextLook.asked.abort();
    return this.#nextLook.done.promise;
  }
}

function newLook(): Look {
  return { asked: new AbortController(), done: Promise.withResolvers() };
}
