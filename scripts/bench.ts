import { writeFileSync } from 'node:fs';
import { benchAttempts } from './bench/attempts.ts';
import { benchSealing } from './bench/encode.ts';
import type { Figure } from './bench/figure.ts';
import { benchIdle } from './bench/idle.ts';
import { benchPcsc } from './bench/pcsc.ts';
import { benchPn532 } from './bench/pn532.ts';
import { benchSeamSurface } from './bench/seam-surface.ts';
import { benchSync } from './bench/sync.ts';

const PARTS = [benchPcsc, benchSealing, benchPn532, benchAttempts, benchSeamSurface, benchSync, benchIdle];

const figures: Figure[] = [];
for (const part of PARTS) {
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
