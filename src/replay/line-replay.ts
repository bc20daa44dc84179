import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { drivers } from '../../drivers/index.ts';
import type { SiteKeys } from '../card/site-keys.ts';
import type { CreateDriver, DriverLog, EncoderDriver } from '../encoder/contract.ts';
import { EncoderError } from '../encoder/errors.ts';
import { ServedEncoder } from '../encoder/host/served-encoder.ts';
import type { WireTap } from '../encoder/tap.ts';
import { type CaptureFile, CaptureFileError } from './capture-file.ts';
import type { ReplayedTask } from './card-tasks.ts';
import { type LineStep, lineSteps } from './line-script.ts';
import { DifferenceFound, type ReplayOutcome } from './outcome.ts';
import { PseudoPort } from './pseudo-port.ts';
import { ScriptedDevice } from './scripted-device.ts';

/** How much longer than then is waited for the driver's next message. */
const PATIENCE_MS = 10_000;

const NO_BEGINNING = 'The capture does not begin where the port was opened: it cannot be replayed.';

/**
 * Runs the driver as it is now on a port whose device says what it said then, and does the work with the card again that was done then. Rejects with
 * CaptureFileError; with what socat or the driver's native package say when they are missing.
 */
export async function replayLine(file: CaptureFile, keys: SiteKeys | null): Promise<ReplayOutcome> {
  if (file.lines.some((line) => line.kind === 'out' && line.transport === 'hid')) {
    throw new CaptureFileError(
      'A capture of a HID device cannot be replayed: there is no port that stands in for one.',
    );
  }
  const steps = lineSteps(file, keys);
  if (steps === null) throw new CaptureFileError(NO_BEGINNING);
  const notes = keys === null && steps.some(needsKeys) ? [NO_KEYS] : [];
  const folder = mkdtempSync(join(tmpdir(), 'encoderd-replay-state-'));
  await using port = await PseudoPort.open();
  const hand = new Hand();
  using device = new ScriptedDevice(
    steps,
    patienceOf(steps),
    (bytes) => port.send(bytes),
    ({ task }) => hand.take(task),
  );
  const stopping = new AbortController();
  try {
    const driver = await driverAt(file, port.path, folder, tapTo(device));
    const running = hand.run(driver, stopping.signal);
    await Promise.race([device.ended, running.then(() => device.ended)]);
    return { outcome: notes.length > 0 ? 'cannot_tell' : 'equal', compared: device.compared, notes };
  } catch (error) {
    if (!(error instanceof DifferenceFound)) throw error;
    const { difference } = error;
    const outcome = notes.length > 0 ? 'cannot_tell' : 'different';
    return { outcome, compared: device.compared, difference, notes };
  } finally {
    device[Symbol.dispose]();
    stopping.abort();
    await hand.ended;
    rmSync(folder, { recursive: true, force: true });
  }
}

const NO_KEYS =
  'The keys of the site are not in the file: give them with --site-keys. Without, the driver opens and writes cards otherwise than then.';

const needsKeys = (step: LineStep): boolean =>
  step.kind === 'work' && (step.task.work === 'inspect' || step.task.work === 'write');

/** Answers that took long then, as that to a swipe, are waited for as long. */
function patienceOf(steps: readonly LineStep[]): number {
  const waits = steps.flatMap((step) =>
    step.kind === 'exchange' ? step.answers.map(({ afterMs }) => afterMs) : [],
  );
  return Math.max(0, ...waits) + PATIENCE_MS;
}

async function driverAt(
  file: CaptureFile,
  path: string,
  stateDir: string,
  tap: WireTap,
): Promise<EncoderDriver> {
  const entry = drivers.find(({ name }) => name === file.driver);
  if (entry === undefined) throw new CaptureFileError(`There is no driver "${file.driver}" here.`);
  const options = entry.options.parse({ ...file.driverOptions, ports: [path] });
  const loaded: { readonly createDriver: CreateDriver } = await import(entry.module.href);
  return loaded.createDriver({ options, stateDir, log: SILENT, tap });
}

/** What the driver writes is heard message by message here, and not at the other end of the port, where messages run together. */
function tapTo(device: ScriptedDevice): WireTap {
  return {
    apdus: () => ({ exchanged: () => {} }),
    work: () => {},
    line: (_, _transport, nameOf) => ({
      wrote: (bytes) => device.hear(new Uint8Array(bytes), nameOf(bytes)),
      received: () => {},
    }),
  };
}

/** Does with the driver what the daemon did then. */
class Hand {
  ended: Promise<unknown> = Promise.resolve();
  #served: ServedEncoder | undefined;
  #cardId = 0;
  #tasks: ReplayedTask[] = [];
  #working: Promise<unknown> = Promise.resolve();

  /** Opens the device once it is there. Resolves when the driver ends; the signal ends it. */
  async run(driver: EncoderDriver, signal: AbortSignal): Promise<void> {
    const watching = this.#watch(driver, signal);
    this.ended = watching.catch(() => {});
    await watching;
  }

  take(task: ReplayedTask): void {
    this.#tasks.push(task);
    this.#begin();
  }

  async #watch(driver: EncoderDriver, signal: AbortSignal): Promise<void> {
    try {
      for await (const news of driver.watch(signal)) {
        if (news.news !== 'device_arrived') continue;
        const encoder = await driver.open(news.device, signal);
        this.#served = new ServedEncoder(news.device.id, encoder, (report) => {
          if (report.report !== 'card_presented') return;
          this.#cardId = report.cardId;
          this.#begin();
        });
        void this.#served.follow();
        this.#begin();
      }
    } finally {
      await this.#served?.close();
    }
  }

  #begin(): void {
    const served = this.#served;
    const [task] = this.#tasks;
    if (served === undefined || task === undefined) return;
    if (task.work !== 'cue' && task.work !== 'ping' && this.#cardId === 0) return;
    this.#tasks.shift();
    this.#working = this.#working.then(() => this.#do(served, task)).catch(onlyEncoderErrors);
    this.#begin();
  }

  async #do(served: ServedEncoder, task: ReplayedTask): Promise<void> {
    const { signal } = new AbortController();
    switch (task.work) {
      case 'cue':
        return served.cue(task.cue);
      case 'ping':
        await served.ping(signal);
        return;
      case 'read':
        await served.cardOf(this.#cardId).read(signal);
        return;
      case 'inspect':
        await served.cardOf(this.#cardId).inspect(task.site, signal);
        return;
      case 'write':
        return served.cardOf(this.#cardId).write(task.site, task.image, { note: () => {} }, signal);
    }
  }
}

/** What failed then fails again. */
function onlyEncoderErrors(error: unknown): void {
  if (!(error instanceof EncoderError)) throw error;
}

const SILENT: DriverLog = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
