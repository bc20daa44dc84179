import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { drivers } from '../drivers/index.ts';
import packageJson from '../package.json' with { type: 'json' };
import { Gate } from './api/gate.ts';
import { RateLimiter } from './api/limits.ts';
import { startApi } from './api/server.ts';
import { toEvent } from './api/wire/event.ts';
import { Attempts } from './attempts/attempts.ts';
import type { Clock } from './clock.ts';
import { type Config, ConfigError, type DriverWishes, formatsOf } from './config.ts';
import { createDoorbell } from './doorbell.ts';
import type { CreateDriver, EncoderDriver } from './encoder/contract.ts';
import { type EncoderObserver, Encoders } from './encoder/encoders.ts';
import { hostedDriver } from './encoder/host/hosted-driver.ts';
import { type Logger, RecentLines } from './log.ts';
import type { SiteEvent } from './model/event.ts';
import { AccessAudit } from './site/access-audit.ts';
import { makeMissingAccessGroups } from './site/access-groups.ts';
import { audit, DAEMON } from './site/audit-log.ts';
import { wereCardsWritten } from './site/card-writes.ts';
import { auditRun } from './site/daemon-runs.ts';
import {
  allEncodersOffline,
  cardPresented,
  cardRemoved,
  encoderArrived,
  encoderLeft,
} from './site/encoders.ts';
import { makeMissingEntrances } from './site/entrances.ts';
import { continueFeed } from './site/feed.ts';
import { listenForForeignWrites } from './site/foreign-writes.ts';
import { forgetByAndBy } from './site/retention.ts';
import { openSite, type Site } from './site/site.ts';
import { SiteKeysError } from './site-keys/errors.ts';
import { openSiteKeys, type SiteKeyring } from './site-keys.ts';
import { openSqliteStore } from './store/sqlite/sqlite-store.ts';
import { lockState } from './store/sqlite/state-lock.ts';
import { isClearText } from './sync/clear-text.ts';
import { Pairing } from './sync/pairing.ts';
import { type BackendSettings, Sync } from './sync/sync.ts';
import { WebhookSender } from './sync/webhooks/webhook-sender.ts';
import { readTlsIdentity } from './tls/tls-identity.ts';

export interface Daemon extends AsyncDisposable {
  readonly url: string;
  /** null: it listens with TLS nowhere. */
  readonly tlsUrl: string | null;
}

/** The state folder or the port cannot be had, because another daemon has it or for now: trying again later may help. */
export class StartError extends Error {}

/** Builds the parts in order, and gives back how to close them in reverse. Throws ConfigError or StartError. */
export async function startDaemon(
  config: Config,
  clock: Clock,
  log: Logger,
  recentLog: RecentLines = new RecentLines(),
): Promise<Daemon> {
  const problems = driverProblems(config);
  if (problems.length > 0) throw new ConfigError(problems);
  await using parts = new AsyncDisposableStack();
  const { state_dir } = config;
  fromState(state_dir, () => mkdirSync(state_dir, { recursive: true, mode: 0o700 }));
  parts.use(fromState(state_dir, () => lockState(join(state_dir, 'lock'))));
  const store = parts.use(fromState(state_dir, () => openSqliteStore(join(state_dir, 'encoderd.db'))));
  const doorbell = createDoorbell();
  const site = fromState(state_dir, () =>
    openSite({
      store,
      clock,
      doorbell,
      settings: {
        name: config.site.name,
        timeZone: config.site.time_zone,
        externalType: config.site.external_type ?? null,
        enrolUnknownCards: config.site.enrol_unknown_cards,
        cardNumberFormat: config.site.card_number_format,
        keptChanges: config.limits.kept_changes,
      },
    }),
  );
  parts.use(
    fromState(state_dir, () => auditRun(site, { version: packageJson.version, configuration: config }, log)),
  );
  fromState(state_dir, () => continueFeed(site));
  fromState(state_dir, () => allEncodersOffline(site));
  fromState(state_dir, () => makeMissingEntrances(site, config.site.entrances));
  fromState(state_dir, () => makeMissingAccessGroups(site, config.site.access_groups));

  const encoders = parts.use(new Encoders(observerOf(site), clock, log));
  const keyring = openKeyring(state_dir, wereCardsWritten(site), log);
  if (keyring.areNew) fromState(state_dir, () => audit(site, DAEMON, 'site_keys_generated', {}));
  const formats = formatsOf(config);
  const cardSite = () => ({ siteId: site.identity.acsSystemId, formats, keys: keyring.current() });
  const attempts = parts.use(new Attempts(encoders, { site, cardSite, log }));
  const { requests_per_second: perSecond, request_burst: burst, connections } = config.limits;
  const gate = new Gate(
    site,
    config,
    new RateLimiter({ perSecond, burst }, clock),
    parts.use(new AccessAudit(site)),
  );
  const userAgent = `encoderd/${packageJson.version}`;
  const sync = new Sync({ site, log, userAgent, settings: backendSettings(config) });
  const pairing = new Pairing({
    site,
    log,
    configuredEndpoint: config.backend?.endpoint ?? null,
    openServer: async (endpoint) =>
      (await import('./sync/pairing-server.ts')).openPairingServer(endpoint, clock, userAgent),
    linkChanged: () => sync.linkChanged(),
  });
  const desk = {
    site,
    encoders,
    attempts,
    sync,
    pairing,
    recentLog,
    defaultTimeoutMs: config.attempts.timeout_seconds * 1000,
    hasSiteKeys: () => areReadable(keyring),
    allowsOrigin: (origin: string) => gate.allows(origin),
  };
  const tls = readTlsIdentity(state_dir, clock.now(), log);
  const api = parts.use(
    await startApi(desk, gate, { port: config.port, maxConnections: connections, tls }, log).catch(
      (error: Error) => {
        throw new StartError(`Port ${config.port} cannot be opened: ${error.message}`, { cause: error });
      },
    ),
  );
  // After the API's own listener: nothing stands between a card and the app.
  parts.defer(doorbell.listen(() => attempts.endOrphans()));
  const toBody = (event: SiteEvent) => JSON.stringify(toEvent(event, site));
  parts.use(new WebhookSender({ site, log, toBody, userAgent }));
  fromState(state_dir, () => parts.use(sync).start());
  parts.use(pairing);
  warnOfClearText(store.backend.read()?.endpoint ?? config.backend?.endpoint, log);
  parts.use(
    forgetByAndBy(site, { days: config.limits.kept_days, auditDays: config.limits.kept_audit_days }, log),
  );
  parts.use(listenForForeignWrites(site));
  await runDrivers(encoders, config, log);
  attempts.resume();

  const whereabouts = join(config.state_dir, 'daemon.json');
  const { url, tlsUrl } = api;
  const found = { url, ...(tlsUrl !== null && { tls_url: tlsUrl }), pid: process.pid };
  writeFileSync(whereabouts, JSON.stringify(found), { mode: 0o600 });
  parts.defer(() => rmSync(whereabouts, { force: true }));
  const running = parts.move();
  return { url, tlsUrl, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

/** Where the backend is; null: the configuration names none. */
function backendSettings({ backend, backend_api_key }: Config): BackendSettings | null {
  if (backend === undefined) return null;
  const { endpoint, protocol, api_key_file } = backend;
  return { endpoint, protocol, apiKey: backend_api_key ?? null, apiKeyFile: api_key_file ?? null };
}

function warnOfClearText(endpoint: string | undefined, log: Logger): void {
  if (endpoint === undefined || !isClearText(endpoint)) return;
  log.warn(
    { endpoint },
    'the key of this desk travels to its backend unencrypted: use https, or a tunnel (docs/pairing.md)',
  );
}

type DriverEntry = (typeof drivers)[number];

/** The names of the drivers to run; those that nobody named are off once somebody named one. */
function wantedDrivers({ drivers: named, only_drivers }: DriverWishes): readonly string[] {
  return only_drivers ?? (named === undefined ? drivers.map(({ name }) => name) : Object.keys(named));
}

/** What is wrong with the part of the configuration that is about drivers. */
export function driverProblems(wishes: DriverWishes): readonly string[] {
  const names = drivers.map(({ name }) => name);
  return wantedDrivers(wishes).flatMap((name) => {
    if (!names.includes(name)) {
      return [`drivers: There is no driver "${name}". There are: ${names.join(', ')}`];
    }
    const checked = drivers
      .find((entry) => entry.name === name)
      ?.options.safeParse(wishes.drivers?.[name] ?? {});
    return (checked?.error?.issues ?? []).map(
      ({ path, message }) => `${['drivers', name, ...path].join('.')}: ${message}`,
    );
  });
}

/** Starts the drivers that the configuration wants; what cannot be started is noted, and the desk goes on without. */
async function runDrivers(encoders: Encoders, config: Config, log: Logger): Promise<void> {
  for (const name of wantedDrivers(config)) {
    const entry = drivers.find((one) => one.name === name);
    if (entry !== undefined) await runDriver(encoders, entry, config, log);
  }
}

async function runDriver(encoders: Encoders, entry: DriverEntry, config: Config, log: Logger): Promise<void> {
  const context = {
    options: entry.options.parse(config.drivers?.[entry.name] ?? {}),
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
  { name, module, runsIn, isWanted }: DriverEntry,
  context: Parameters<CreateDriver>[0],
): Promise<EncoderDriver> {
  if (runsIn === 'host') {
    const wanted = isWanted && { isWanted: () => isWanted(context.options) };
    return hostedDriver({ name, module, ...context, ...wanted });
  }
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

/** Throws ConfigError when somebody must put the keys right, StartError when the disk may serve later. */
function openKeyring(
  stateDir: string,
  cardsWereWritten: boolean,
  log: Logger,
): ReturnType<typeof openSiteKeys> {
  try {
    const keyring = openSiteKeys(stateDir, process.env, cardsWereWritten);
    const { path } = keyring;
    if (keyring.areNew)
      log.info({ path }, 'the keys of the site were made: keep a copy (encoderctl site-keys export)');
    if (keyring.areMissing) {
      log.error(
        { path },
        'the keys of the site are gone, and cards were written with them: import the copy (encoderctl site-keys import)',
      );
    }
    return keyring;
  } catch (error) {
    if (!(error instanceof SiteKeysError)) throw error;
    throw error.code === 'unusable'
      ? new StartError(error.message, { cause: error })
      : new ConfigError([error.message]);
  }
}

function areReadable(keyring: SiteKeyring): boolean {
  try {
    keyring.current();
    return true;
  } catch (error) {
    if (error instanceof SiteKeysError) return false;
    throw error;
  }
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
