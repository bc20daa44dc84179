import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { drivers } from '../drivers/index.ts';
import { Gate } from './api/gate.ts';
import { RateLimiter } from './api/limits.ts';
import { startApi } from './api/server.ts';
import { Attempts } from './attempts/attempts.ts';
import type { Clock } from './clock.ts';
import { type Config, ConfigError } from './config.ts';
import { createDoorbell } from './doorbell.ts';
import type { CreateDriver, EncoderDriver } from './encoder/contract.ts';
import { type EncoderObserver, Encoders } from './encoder/encoders.ts';
import { hostedDriver } from './encoder/host/hosted-driver.ts';
import type { Logger } from './log.ts';
import {
  allEncodersOffline,
  cardPresented,
  cardRemoved,
  encoderArrived,
  encoderLeft,
} from './site/encoders.ts';
import { openSite, type Site } from './site/site.ts';
import { openSqliteStore } from './store/sqlite/sqlite-store.ts';
import { lockState } from './store/sqlite/state-lock.ts';

export interface Daemon extends AsyncDisposable {
  readonly url: string;
}

/** The state folder or the port cannot be had, because another daemon has it or for now: trying again later may help. */
export class StartError extends Error {}

/** Builds the parts in order, and gives back how to close them in reverse. Throws ConfigError or StartError. */
export async function startDaemon(config: Config, clock: Clock, log: Logger): Promise<Daemon> {
  const chosen = chooseDrivers(config);
  await using parts = new AsyncDisposableStack();
  const { state_dir } = config;
  fromState(state_dir, () => mkdirSync(state_dir, { recursive: true, mode: 0o700 }));
  parts.use(fromState(state_dir, () => lockState(join(state_dir, 'lock'))));
  const store = parts.use(fromState(state_dir, () => openSqliteStore(join(state_dir, 'encoderd.db'))));
  const doorbell = createDoorbell();
  const site = openSite({
    store,
    clock,
    doorbell,
    settings: {
      name: config.site.name,
      timeZone: config.site.time_zone,
      enrolUnknownCards: config.site.enrol_unknown_cards,
      cardNumberFormat: config.site.card_number_format,
      keptChanges: config.limits.kept_changes,
      hasBackend: config.backend !== undefined,
    },
  });
  allEncodersOffline(site);

  const encoders = parts.use(new Encoders(observerOf(site), clock, log));
  const attempts = parts.use(new Attempts(site, encoders, log));
  const { requests_per_second: perSecond, request_burst: burst, connections } = config.limits;
  const gate = new Gate(store, config.allowed_origins, new RateLimiter({ perSecond, burst }, clock));
  const desk = { site, encoders, attempts, defaultTimeoutMs: config.attempts.timeout_seconds * 1000 };
  const api = parts.use(
    await startApi(desk, gate, { port: config.port, maxConnections: connections }, log).catch(
      (error: Error) => {
        throw new StartError(`Port ${config.port} cannot be opened: ${error.message}`, { cause: error });
      },
    ),
  );
  for (const { entry, options } of chosen) await runDriver(encoders, entry, options, config, log);
  attempts.resume();

  const whereabouts = join(config.state_dir, 'daemon.json');
  writeFileSync(whereabouts, JSON.stringify({ url: api.url, pid: process.pid }), { mode: 0o600 });
  parts.defer(() => rmSync(whereabouts, { force: true }));
  const running = parts.move();
  return { url: api.url, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

type DriverEntry = (typeof drivers)[number];

interface ChosenDriver {
  readonly entry: DriverEntry;
  readonly options: unknown;
}

/** The drivers that the configuration wants, with their options checked. */
function chooseDrivers(config: Config): readonly ChosenDriver[] {
  const wanted =
    config.only_drivers ?? (config.drivers === undefined ? undefined : Object.keys(config.drivers));
  const names = drivers.map(({ name }) => name);
  const problems = (wanted ?? [])
    .filter((name) => !names.includes(name))
    .map((name) => `drivers: There is no driver "${name}". There are: ${names.join(', ')}`);
  const chosen: ChosenDriver[] = [];
  for (const entry of drivers) {
    if (wanted !== undefined && !wanted.includes(entry.name)) continue;
    const options = entry.options.safeParse(config.drivers?.[entry.name] ?? {});
    if (options.success) chosen.push({ entry, options: options.data });
    else
      problems.push(
        ...options.error.issues.map((issue) => optionProblem(entry.name, issue.path, issue.message)),
      );
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return chosen;
}

const optionProblem = (driver: string, path: readonly PropertyKey[], message: string) =>
  `${['drivers', driver, ...path].join('.')}: ${message}`;

async function runDriver(
  encoders: Encoders,
  entry: DriverEntry,
  options: unknown,
  config: Config,
  log: Logger,
): Promise<void> {
  const context = {
    options,
    stateDir: join(config.state_dir, 'drivers', entry.name),
    log: log.child({ driver: entry.name }),
  };
  try {
    const started = encoders.run(await createDriver(entry, context));
    // A driver in a host may wait for a service that is not there; the daemon does not.
    if (entry.runsIn === 'daemon') await started;
  } catch (error) {
    encoders.noteUnavailable(entry.name, error instanceof Error ? error.message : String(error));
  }
}

async function createDriver(
  { name, module, runsIn }: DriverEntry,
  context: Parameters<CreateDriver>[0],
): Promise<EncoderDriver> {
  if (runsIn === 'host') return hostedDriver({ name, module, ...context });
  const loaded: { readonly createDriver: CreateDriver } = await import(module.href);
  return loaded.createDriver(context);
}

/** What happens at the encoders, as the site notes it. */
function observerOf(site: Site): EncoderObserver {
  return {
    arrived: (driver, device) =>
      encoderArrived(site, { driver, deviceId: device.id, name: device.name, ...device.capabilities }).id,
    left: (id) => encoderLeft(site, id),
    cardPresented: (id, card) => cardPresented(site, id, card),
    cardRemoved: (id, card, cause) => cardRemoved(site, id, card, cause),
  };
}

/** What `open` makes of the state folder. Throws StartError. */
function fromState<T>(stateDir: string, open: () => T): T {
  try {
    return open();
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw new StartError(`The state folder ${stateDir} cannot be used: ${detail}`, { cause: error });
  }
}
