import { systemClock } from './clock.ts';
import { ConfigError, readConfig } from './config.ts';
import { StartError, startDaemon } from './daemon.ts';
import { createLog, type Logger, RecentLines } from './log.ts';
import { takeNotifyWishes } from './service/notify-socket.ts';
import { serviceManager } from './service/service-manager.ts';
import { DamagedError, NewerDatabaseError } from './store/errors.ts';
import { driverProblems } from './wanted-drivers.ts';

/** Exit codes, as in sysexits.h. */
const EXIT = { ok: 0, bug: 70, temporary: 75, configuration: 78 } as const;

/** systemd and people wait about ten seconds for a service to end; then it must have ended. */
const STOP_WITHIN_MS = 9000;

async function main(): Promise<void> {
  const recent = new RecentLines();
  let log = createLog('info', null, recent);
  // From the first moment on, and for good: npm passes on a signal that the daemon got already.
  const stop = asked();
  const wishes = takeNotifyWishes(process.env, process.pid);
  try {
    const config = readConfig(process.argv.slice(2), process.env, driverProblems);
    log = createLog(config.log_level, null, recent);
    process.on('uncaughtException', (error) => {
      log.fatal({ err: error }, 'a bug: ending, so that the next start goes on from what is committed');
      process.exit(EXIT.bug);
    });
    if (process.platform !== 'linux') {
      log.warn(
        { platform: process.platform },
        'encoderd was tried on Linux alone: what is different here is in docs/other-systems.md',
      );
    }
    const daemon = await startDaemon(config, systemClock, log, recent);
    // Always on stdout, whatever the level: scripts wait for this line.
    const always = createLog('info', null, recent);
    const { url, tlsUrl } = daemon;
    const addresses = { url, ...(tlsUrl !== null && { tls_url: tlsUrl }) };
    always.info({ ...addresses, state_dir: config.state_dir, pid: process.pid }, 'listening');
    const manager = serviceManager(wishes, systemClock, log);
    manager.ready(daemon);
    const end = await Promise.race([stop, daemon.damaged]);
    const isDamaged = end instanceof DamagedError;
    if (isDamaged) log.fatal({ err: end }, 'the database is damaged: ending');
    else log.info({ signal: end }, 'stopping');
    // Also what keeps the process here until all has ended: a write on a card may wait for nothing but a card's answer.
    const late = setTimeout(
      () => process.exit(isDamaged ? EXIT.configuration : EXIT.temporary),
      STOP_WITHIN_MS,
    );
    const ended = Promise.all([manager.stopping(), daemon[Symbol.asyncDispose]()]);
    // What the database does not take any more is lost with it.
    await (isDamaged ? ended.catch(() => {}) : ended);
    clearTimeout(late);
    if (isDamaged) throw end;
    process.exitCode = EXIT.ok;
  } catch (error) {
    process.exitCode = report(error, log);
  }
}

function report(error: unknown, log: Logger): number {
  if (error instanceof ConfigError || error instanceof DamagedError || error instanceof NewerDatabaseError) {
    process.stderr.write(`${error.message}\n`);
    return EXIT.configuration;
  }
  if (error instanceof StartError) {
    process.stderr.write(`${error.message}\n`);
    return EXIT.temporary;
  }
  log.fatal({ err: error }, 'a bug: the daemon could not start');
  return EXIT.bug;
}

/**
 * Resolves with the signal that asks the daemon to stop. On Windows these are Ctrl-C, Ctrl-Break and a console that is closed: SIGTERM ends a
 * process there without asking it.
 */
function asked(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGBREAK'] as const) process.on(signal, resolve);
  });
}

await main();
