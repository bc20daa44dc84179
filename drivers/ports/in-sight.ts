import type { PortLine, PortSource } from './contract.ts';

/**
 * Whether there is anything to do for a driver with these sources: a candidate, or something that the configuration names and is not there, which
 * somebody has to tell. For a driver's `isWanted`; no native code is loaded.
 */
export async function isInSight(sources: readonly PortSource<PortLine>[]): Promise<boolean> {
  const sights = await Promise.all(sources.map((source) => source.look()));
  return sights.some(({ candidates, troubles }) => candidates.length > 0 || troubles.length > 0);
}
