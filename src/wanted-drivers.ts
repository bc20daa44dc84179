import { drivers } from '../drivers/index.ts';
import type { DriverWishes } from './config.ts';

/** The names of the drivers to run; those that nobody named are off once somebody named one. */
export function wantedDrivers({ drivers: named, only_drivers }: DriverWishes): readonly string[] {
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
