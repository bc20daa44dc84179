import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import packageJson from '../package.json' with { type: 'json' };
import { Gate } from './api/gate.ts';
import { RateLimiter } from './api/limits.ts';
import { startApi } from './api/server.ts';
import { toEvent } from './api/wire/event.ts';
import { toFlightRecord } from './api/wire/flight-record.ts';
import { Attempts } from './attempts/attempts.ts';
import type { Clock } from './clock.ts';
import { type Config, ConfigError, formatsOf } from './config.ts';
import { createDoorbell } from './doorbell.ts';
import { type EncoderObserver, Encoders } from './encoder/encoders.ts';
import { changeNotes, notedObserver } from './encoder/recorder/desk-notes.ts';
import { FlightRecorder } from './encoder/recorder/flight-recorder.ts';
import type { FlightRecord } from './encoder/recorder/ring.ts';
import { type Logger, RecentLines } from './log.ts';
import type { SiteEvent } from './model/event.ts';
import { runDrivers } from './run-drivers.ts';
import { deskStatus } from './service/desk-status.ts';
import { handedFile } from './service/handed-file.ts';
import type { ToldDesk } from './service/service-manager.ts';
import { toldAddresses, WayOut } from './service/way-out.ts';
import { AccessAudit } from './site/access-audit.ts';
import { makeMissingAccessGroups } from './site/access-groups.ts';
import { audit, DAEMON } from './site/audit-log.ts';
import { wereCardsWritten } from './site/card-writes.ts';
import { auditRun } from './site/daemon-runs.ts';
import { keepStrain } from './site/encoder-strain.ts';
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
import { DamagedError, NewerDatabaseError } from './store/errors.ts';
import { DATABASE } from './store/sqlite/copies.ts';
import { copyDaily } from './store/sqlite/daily-copies.ts';
import { openSqliteStore } from './store/sqlite/sqlite-store.ts';
import { lockState } from './store/sqlite/state-lock.ts';
import { isClearText } from './sync/clear-text.ts';
import { Pairing } from './sync/pairing.ts';
import { type BackendSettings, Sync } from './sync/sync.ts';
import { WebhookSender } from './sync/webhooks/webhook-sender.ts';
import { readTlsIdentity } from './tls/tls-identity.ts';
import { driverProblems } from './wanted-drivers.ts';

export interface Daemon extends AsyncDisposable, ToldDesk {
  readonly url: string;
  /** null: it listens with TLS nowhere. */
  readonly tlsUrl: string | null;
  /** Resolves when the database is found to be damaged: then the daemon must end, and not be started again before a person has mended it. */
  readonly damaged: Promise<DamagedError>;
}

/** The state folder or the port cannot be had, because another daemon has it or for now: trying again later may help. */
export class StartError extends Error {}

/** Builds the parts in order, and gives back how to close them in reverse. Throws ConfigError, StartError, DamagedError or NewerDatabaseError. */
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
  const { promise: damaged, resolve: onDamage } = Promise.withResolvers<DamagedError>();
  const store = parts.use(
    fromState(state_dir, () => openSqliteStore(join(state_dir, DATABASE), { onDamage })),
  );
  const doorbell = createDoorbell();
  const recorder = parts.use(recorderOf(state_dir, log));
  const site = fromState(state_dir, () =>
    openSite({
      ...{ store, clock, doorbell, noted: changeNotes(recorder) },
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

  const encoders = parts.use(new Encoders(notedObserver(observerOf(site), recorder), clock, log));
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
    openServer: async (endpoint) => {
      const { openPairingServer } = await import('./sync/pairing-server.ts');
      await wayOut.open(endpoint);
      return openPairingServer(endpoint, clock, userAgent);
    },
    linkChanged: () => sync.linkChanged(),
  });
  const wayOut = new WayOut(
    process.env['ENCODERD_WAY_OUT'],
    () => toldAddresses(site, config.backend?.endpoint, pairing.state()),
    log,
  );
  const desk = {
    site,
    encoders,
    attempts,
    sync,
    pairing,
    recentLog,
    recorder,
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
  fromState(state_dir, () => wayOut.look());
  parts.defer(doorbell.listen(() => wayOut.look()));
  const toBody = (event: SiteEvent) => JSON.stringify(toEvent(event, site));
  parts.use(new WebhookSender({ site, log, toBody, userAgent }));
  fromState(state_dir, () => parts.use(sync).start());
  parts.use(pairing);
  warnOfClearText(store.backend.read()?.endpoint ?? config.backend?.endpoint, log);
  parts.use(
    forgetByAndBy(site, { days: config.limits.kept_days, auditDays: config.limits.kept_audit_days }, log),
  );
  parts.use(listenForForeignWrites(site));
  parts.use(keepStrain(site, recorder.strain, log));
  parts.use(copyDaily(state_dir, clock, log, onDamage));
  await runDrivers({ encoders, recorder, config, log });
  attempts.resume();

  const whereabouts = join(config.state_dir, 'daemon.json');
  const { url, tlsUrl } = api;
  const found = {
    url,
    ...(tlsUrl !== null && { tls_url: tlsUrl }),
    pid: process.pid,
    version: packageJson.version,
  };
  writeFileSync(whereabouts, JSON.stringify(found), { mode: 0o600 });
  parts.defer(() => forgetWhereabouts(whereabouts, log));
  const running = parts.move();
  return {
    url,
    tlsUrl,
    damaged,
    status: () => deskStatus(site, encoders),
    listen: (listener) => doorbell.listen(listener),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** On a disk that takes no writes the file stays: whoever reads it finds no such process. */
function forgetWhereabouts(path: string, log: Logger): void {
  try {
    rmSync(path, { force: true });
  } catch (error) {
    log.warn({ err: error }, 'the disk does not serve: the file that says where the daemon is stays there');
  }
}

/** Where the backend is; null: the configuration names none. */
function backendSettings({ backend, backend_api_key }: Config): BackendSettings | null {
  if (backend === undefined) return null;
  const { endpoint, protocol, api_key_file } = backend;
  const apiKeyFile = api_key_file ?? handedFile('backend.key', process.env);
  return { endpoint, protocol, apiKey: backend_api_key ?? null, apiKeyFile };
}

function warnOfClearText(endpoint: string | undefined, log: Logger): void {
  if (endpoint === undefined || !isClearText(endpoint)) return;
  log.warn(
    { endpoint },
    'the key of this desk travels to its backend unencrypted: use https, or a tunnel (docs/pairing.md)',
  );
}

function recorderOf(stateDir: string, log: Logger): FlightRecorder {
  const toLine = (record: FlightRecord) => JSON.stringify(toFlightRecord(record));
  const path = join(stateDir, 'flight-recorder.jsonl');
  return fromState(stateDir, () => new FlightRecorder({ path, toLine, log }));
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
      log.info(
        { path },
        'the keys of the site were made: keep a copy (encoderctl site-keys export --sealed --out FILE)',
      );
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

/** What `open` makes of the state folder. Throws StartError; what only a person can mend, DamagedError or NewerDatabaseError, as it is. */
function fromState<T>(stateDir: string, open: () => T): T {
  try {
    return open();
  } catch (error) {
    if (error instanceof DamagedError || error instanceof NewerDatabaseError) throw error;
    const detail = error instanceof Error ? error.message : String(error);
    throw new StartError(`The state folder ${stateDir} cannot be used: ${detail}`, { cause: error });
  }
}
