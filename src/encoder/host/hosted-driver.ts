import { setTimeout as delay } from 'node:timers/promises';
import {
  type CardEncoder,
  type Device,
  type DriverNews,
  type EncoderDriver,
  newsStream,
} from '../contract.ts';
import { EncoderError } from '../errors.ts';
import { DriverHost, type HostEnd, type HostSetup } from './driver-host.ts';
import { HostedCalls } from './hosted-calls.ts';
import { HostedEncoder } from './hosted-encoder.ts';
import { HOST_LIMITS, type HostLimits } from './limits.ts';
import { errorOf, type HostReport } from './messages.ts';

export interface HostedDriverSetup extends HostSetup {
  /** Where they differ from HOST_LIMITS. */
  readonly limits?: Partial<HostLimits>;
  /** Whether there may be a device to drive: asked until it says yes, and then no more. No host is started before. */
  readonly isWanted?: () => Promise<boolean>;
}

/** So many hosts that died one soon after the other are told of as `unavailable`. */
const TOLD_FAILURES = 3;

/**
 * A driver that runs in a process of its own, to the daemon like any other. When that process dies, spins, or misses a deadline, it is killed,
 * its devices leave, and another one is started, for ever.
 */
export function hostedDriver(setup: HostedDriverSetup): EncoderDriver {
  return new HostedDriver(setup);
}

class HostedDriver implements EncoderDriver {
  readonly name: string;
  readonly #setup: HostedDriverSetup;
  readonly #limits: HostLimits;
  readonly #devices = new Set<string>();
  readonly #encoders = new Map<string, HostedEncoder>();
  #host: DriverHost | undefined;
  #isAvailable = true;
  #isTroubled = false;
  /** How many times longer than usual a host may take. */
  #patience = 1;

  constructor(setup: HostedDriverSetup) {
    this.name = setup.name;
    this.#setup = setup;
    this.#limits = { ...HOST_LIMITS, ...setup.limits };
    setup.wire?.attach({
      tellNow: () => {
        this.#host?.send({ order: 'tell_wire' });
        return this.#host !== undefined;
      },
      capture: (deviceId, isOn) => this.#host?.send({ order: 'capture', deviceId, isOn }),
    });
  }

  watch(signal: AbortSignal): AsyncIterable<DriverNews> {
    return newsStream(signal, (tell, until) => this.#supervise(tell, until));
  }

  async open(device: Device, signal: AbortSignal): Promise<CardEncoder> {
    signal.throwIfAborted();
    const host = this.#host;
    if (host === undefined || !this.#devices.has(device.id)) {
      throw new EncoderError('device_lost', `${device.name} is not there`);
    }
    const calls = new HostedCalls(host, device.id, this.#limits);
    const encoder: HostedEncoder = new HostedEncoder(calls, () => this.#forget(device.id, encoder));
    // A card may be presented right behind the answer: the encoder has to be known by then.
    this.#encoders.set(device.id, encoder);
    try {
      const answer = await host.call({ order: 'open', device }, signal, {
        limitMs: this.#limits.callMs,
      });
      if (answer.answer === 'opened' && answer.hasCue) {
        encoder.cue = (cue) => host.send({ order: 'cue', deviceId: device.id, cue });
      }
      if (answer.answer === 'opened' && answer.canBePinged) encoder.ping = (signal) => calls.ping(signal);
      return encoder;
    } catch (error) {
      this.#forget(device.id, encoder);
      throw error;
    }
  }

  #forget(deviceId: string, encoder: HostedEncoder): void {
    if (this.#encoders.get(deviceId) === encoder) this.#encoders.delete(deviceId);
  }

  async #untilWanted(tell: (news: DriverNews) => void, signal: AbortSignal): Promise<void> {
    const { isWanted = async () => true } = this.#setup;
    // What keeps it from an answer, the driver itself can tell.
    const mustStart = () => isWanted().catch(() => true);
    if (await mustStart()) return;
    tell({ news: 'available' });
    do await delay(this.#limits.askAgainMs, undefined, { signal }).catch(() => {});
    while (!signal.aborted && !(await mustStart()));
  }

  async #supervise(tell: (news: DriverNews) => void, signal: AbortSignal): Promise<void> {
    await this.#untilWanted(tell, signal);
    let failures = 0;
    while (!signal.aborted) {
      const began = performance.now();
      const end = await this.#runHost(tell, signal);
      if (signal.aborted) return;
      const wasSteady = performance.now() - began > this.#limits.steadyMs * this.#patience;
      if (wasSteady) this.#patience = 1;
      if (end.wasLate) this.#patience = Math.min(this.#patience * 2, this.#limits.longestPatience);
      failures = wasSteady ? 1 : failures + 1;
      const respawnMs = end.isUnloadable ? this.#limits.reloadMs : this.#respawnMs(failures);
      this.#setup.log.warn(
        { driver: this.name, reason: end.why, respawnMs },
        'the driver host has ended; it is started again',
      );
      if (end.isUnloadable || failures >= TOLD_FAILURES) this.#unavailable(tell, end.why);
      await delay(respawnMs, undefined, { signal }).catch(() => {});
    }
  }

  /** From the start of a host to its end. */
  async #runHost(tell: (news: DriverNews) => void, signal: AbortSignal): Promise<HostEnd> {
    const { startMs, silenceMs } = this.#limits;
    const limits = {
      ...this.#limits,
      startMs: startMs * this.#patience,
      silenceMs: silenceMs * this.#patience,
    };
    const host = new DriverHost(this.#setup, limits, (report) => this.#hear(report, tell));
    this.#host = host;
    const stop = () => void host.stop();
    signal.addEventListener('abort', stop, { once: true });
    const end = await host.ended;
    signal.removeEventListener('abort', stop);
    this.#host = undefined;
    this.#setup.wire?.ended(end.why);
    for (const deviceId of this.#devices) {
      this.#lose(
        deviceId,
        new EncoderError('device_lost', `the driver host of ${this.name} is gone: ${end.why}`),
      );
      tell({ news: 'device_left', deviceId });
    }
    this.#devices.clear();
    // The next host tells what it does not see.
    if (this.#isTroubled) tell({ news: 'trouble', reason: null });
    this.#isTroubled = false;
    return end;
  }

  #hear(report: HostReport, tell: (news: DriverNews) => void): void {
    switch (report.report) {
      case 'ready':
        for (const deviceId of this.#setup.wire?.began() ?? []) {
          this.#host?.send({ order: 'capture', deviceId, isOn: true });
        }
        if (!this.#isAvailable) tell({ news: 'available' });
        this.#isAvailable = true;
        return;
      case 'wire':
        this.#setup.wire?.hear(report);
        return;
      case 'news':
        this.#pass(report.news, tell);
        return;
      case 'card_presented':
        this.#encoders.get(report.deviceId)?.present(report.cardId, report.card);
        return;
      case 'card_removed':
        this.#encoders.get(report.deviceId)?.remove(report.cardId, errorOf(report.fault));
        return;
      case 'waiting_failed':
        this.#encoders.get(report.deviceId)?.fail(errorOf(report.fault));
        return;
      case 'device_gone':
        this.#lose(report.deviceId, errorOf(report.fault));
        return;
      case 'log':
        this.#setup.log[report.level](report.fields, report.message);
        return;
    }
  }

  #pass(news: DriverNews, tell: (news: DriverNews) => void): void {
    if (news.news === 'device_arrived') this.#devices.add(news.device.id);
    if (news.news === 'device_left') {
      this.#devices.delete(news.deviceId);
      this.#lose(news.deviceId, new EncoderError('device_lost', `${news.deviceId} has left`));
    }
    if (news.news === 'trouble') this.#isTroubled = news.reason !== null;
    if (news.news === 'available') this.#isAvailable = true;
    if (news.news === 'unavailable') this.#isAvailable = false;
    tell(news);
  }

  #unavailable(tell: (news: DriverNews) => void, reason: string): void {
    this.#isAvailable = false;
    tell({ news: 'unavailable', reason: `the driver ${this.name} does not run: ${reason}` });
  }

  #lose(deviceId: string, reason: EncoderError): void {
    this.#encoders.get(deviceId)?.lose(reason);
    this.#encoders.delete(deviceId);
  }

  /** Doubled with each failure, and up to half of it less at random: several drivers do not start at the same moment. */
  #respawnMs(failures: number): number {
    const doubled = this.#limits.firstRespawnMs * 2 ** Math.min(failures - 1, 20);
    return Math.round(Math.min(doubled, this.#limits.longestRespawnMs) * (1 - Math.random() / 2));
  }
}
