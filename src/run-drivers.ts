import { join } from 'node:path';
import { type DriverEntry, drivers } from '../drivers/index.ts';
import type { Config } from './config.ts';
import type { CreateDriver, EncoderDriver } from './encoder/contract.ts';
import type { Encoders } from './encoder/encoders.ts';
import { hostedDriver } from './encoder/host/hosted-driver.ts';
import type { FlightRecorder } from './encoder/recorder/flight-recorder.ts';
import type { Logger } from './log.ts';
import { wantedDrivers } from './wanted-drivers.ts';

/** What drivers are run with. */
export interface DriverParts {
  readonly encoders: Encoders;
  readonly recorder: FlightRecorder;
  readonly config: Config;
  readonly log: Logger;
}

/** Starts the drivers that the configuration wants; what cannot be started is noted, and the desk goes on without. */
export async function runDrivers(parts: DriverParts): Promise<void> {
  for (const name of wantedDrivers(parts.config)) {
    const entry = drivers.find((one) => one.name === name);
    if (entry !== undefined) await runDriver(entry, parts);
  }
}

async function runDriver(
  entry: DriverEntry,
  { encoders, recorder, config, log }: DriverParts,
): Promise<void> {
  const context = {
    options: entry.options.parse(config.drivers?.[entry.name] ?? {}),
    stateDir: join(config.state_dir, 'drivers', entry.name),
    log: log.child({ driver: entry.name }),
  };
  try {
    const started = encoders.run(await createDriver(entry, context, recorder));
    // A driver in a host may wait for a service that is not there; the daemon does not.
    if (entry.runsIn === 'daemon') await started;
  } catch (error) {
    encoders.noteUnavailable(entry.name, error instanceof Error ? error.message : String(error));
  }
}

async function createDriver(
  { name, module, runsIn, isWanted }: DriverEntry,
  context: Parameters<CreateDriver>[0],
  recorder: FlightRecorder,
): Promise<EncoderDriver> {
  if (runsIn === 'host') {
    const wanted = isWanted && { isWanted: () => isWanted(context.options) };
    return hostedDriver({
      name,
      module,
      ...context,
      ...wanted,
      wire: recorder.wireOf(name, context.options),
    });
  }
  const loaded: { readonly createDriver: CreateDriver } = await import(module.href);
  return loaded.createDriver({ ...context, tap: recorder.tapOf(name, context.options) });
}
