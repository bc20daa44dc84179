import { writeFileSync } from 'node:fs';
import { benchAttempts } from './bench/attempts.ts';
import { benchConsole } from './bench/console.ts';
import { benchSealing } from './bench/encode.ts';
import type { Figure } from './bench/figure.ts';
import { benchFootprint, benchMemoryOfAttempts } from './bench/footprint.ts';
import { benchLiveBroadcast } from './bench/live-broadcast.ts';
import { benchLiveRequests } from './bench/live-requests.ts';
import { benchPcsc } from './bench/pcsc.ts';
import { benchPn532 } from './bench/pn532.ts';
import { benchSeamSurface } from './bench/seam-surface.ts';
import { benchService } from './bench/service.ts';
import { benchStart } from './bench/start.ts';
import { benchStorm } from './bench/storm.ts';
import { benchSync } from './bench/sync.ts';

/** `npm run bench -- NAME...` runs these alone. */
const PARTS: Readonly<Record<string, () => readonly Figure[] | Promise<readonly Figure[]>>> = {
  pcsc: benchPcsc,
  sealing: benchSealing,
  pn532: benchPn532,
  attempts: benchAttempts,
  'seam-surface': benchSeamSurface,
  sync: benchSync,
  'live-requests': benchLiveRequests,
  'live-broadcast': benchLiveBroadcast,
  storm: benchStorm,
  console: benchConsole,
  start: benchStart,
  service: benchService,
  footprint: benchFootprint,
  'memory-of-attempts': benchMemoryOfAttempts,
};

const chosen = process.argv.slice(2);
const unknown = chosen.filter((name) => PARTS[name] === undefined);
if (unknown.length > 0) {
  throw new Error(`There is no ${unknown.join(', ')}. Choose of: ${Object.keys(PARTS).join(', ')}.`);
}

const figures: Figure[] = [];
for (const [name, part] of Object.entries(PARTS)) {
  if (chosen.length > 0 && !chosen.includes(name)) continue;
  for (const figure of await part()) {
    figures.push(figure);
    process.stdout.write(`${describe(figure)}\n`);
  }
}
const path = process.env['BENCH_JSON'];
if (path !== undefined && path !== '') writeFileSync(path, `${JSON.stringify(figures, null, 2)}\n`);

function describe({ name, unit, value, floor, floorIs, ratio }: Figure): string {
  const own = `${name.padEnd(56)} ${value.toFixed(2).padStart(10)} ${unit}`;
  if (floor === null || ratio === null) return own;
  return `${own.padEnd(82)} floor ${floor.toFixed(2)} (${floorIs}): x ${ratio.toFixed(2)}`;
}
