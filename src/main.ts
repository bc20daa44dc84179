import { systemClock } from './clock.ts';
import { ConfigError, readConfig } from './config.ts';
import { driverProblems, StartError, startDaemon } from './daemon.ts';
import { createLog, type Logger, RecentLines } from './log.ts';

/** Exit codes, as in sysexits.h. */
const EXIT = { ok: 0, bug: 70, temporary: 75, configuration: 78 } as const;

/** systemd and people wait about ten seconds for a service to end; then it must have ended. */
const STOP_WITHIN_MS = 9000;

async function main(): Promise<void> {
  const recent = new RecentLines();
  let log = createLog('info', null, recent);
  // From the first moment on, and for good: npm passes on a signal that the daemon got already.
  const stop = asked();
  try {
    const config = readConfig(process.argv.slice(2), process.env, driverProblems);
    log = createLog(config.log_level, null, recent);
    process.on('uncaughtException', (error) => {
      log.fatal({ err: error }, 'a bug: ending, so that the next start goes on from what is committed');
      process.exit(EXIT.bug);
    });
    const daemon = await startDaemon(config, systemClock, log, recent);
    // Always on stdout, whatever the level: scripts wait for this line.
    const always = createLog('info', null, recent);
    const { url, tlsUrl } = daemon;
    const addresses = { url, ...(tlsUrl !== null && { tls_url: tlsUrl }) };
    always.info({ ...addresses, state_dir: config.state_dir, pid: process.pid }, 'listening');
    const signal = await stop;
    log.info({ signal }, 'stopping');
    // Also what keeps the process here until all has ended: a write on a card may wait for nothing but a card's answer.
    const late = setTimeout(() => process.exit(EXIT.temporary), STOP_WITHIN_MS);
    await daemon[Symbol.asyncDispose]();
    clearTimeout(late);
    process.exitCode = EXIT.ok;
  } catch (error) {
    process.exitCode = report(error, log);
  }
}

function report(error: unknown, log: Logger): number {
  if (error instanceof ConfigError) {
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

/** Resolves with the signal that asks the daemon to stop. */
function asked(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, resolve);
  });
}

await main();
