import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Browser } from 'playwright-core';
import { z } from 'zod';
import { isChromiumMissing, startChromium } from '../../test/browser/chromium.ts';
import { startEncoderd } from '../encoderd-process.ts';
import { cost, type Figure, percentile, plain } from './figure.ts';
import { startPeer } from './peers/peer.ts';

const BUILT = join(import.meta.dirname, '../../dist/web');
/** How often each page is opened; less for a quick look. */
const OPENINGS = Number(process.env['BENCH_OPENINGS'] ?? 15);

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

const given = z.object({ url: z.string() });
const paints = z.object({ first: z.number(), largest: z.number() });

/** Asks the page, once it has shown something large, when it painted first and last something larger: milliseconds since it was asked for. */
const WHEN_PAINTED = `new Promise((resolve) => {
  const first = () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime;
  new PerformanceObserver((list) => {
    const largest = list.getEntries().at(-1).startTime;
    const look = () => first() === undefined ? requestAnimationFrame(look) : resolve({ first: first(), largest });
    look();
  }).observe({ type: 'largest-contentful-paint', buffered: true });
})`;

/** How large the console and the client are, and how soon Chromium shows the console, against a bare server of the same files. */
export async function benchConsole(): Promise<readonly Figure[]> {
  const sizes = sizesOfFiles();
  if (isChromiumMissing) return sizes;
  const folder = mkdtempSync(join(tmpdir(), 'encoderd-bench-'));
  const daemon = await startEncoderd({ ENCODERD_STATE_DIR: folder, ENCODERD_DRIVERS: 'virtual' });
  try {
    const files = consoleFiles().map(({ path, url }) => ({ path, url, type: TYPES[extname(path)] ?? '' }));
    await using bare = await startPeer('static-files.ts', { files });
    const browser = await startChromium();
    const own = { first: [] as number[], largest: [] as number[] };
    const floor = { first: [] as number[], largest: [] as number[] };
    try {
      for (let opening = -1; opening < OPENINGS; opening += 1) {
        for (const { url, times } of [
          { url: daemon.url, times: own },
          { url: given.parse(bare.said).url, times: floor },
        ]) {
          const { first, largest } = await openOnce(browser, url);
          // The first time, the browser itself is not warm.
          if (opening < 0) continue;
          times.first.push(first);
          times.largest.push(largest);
        }
      }
    } finally {
      await browser.close();
    }
    const floorIs = 'the same files from node:http, where the console finds no daemon';
    return [
      ...sizes,
      ...[0.5, 0.99].flatMap((p) => [
        ...[
          cost(
            `console, first contentful paint, nothing cached (p${p * 100})`,
            'ms',
            percentile(own.first, p),
            percentile(floor.first, p),
            floorIs,
          ),
          cost(
            `console, largest contentful paint, nothing cached (p${p * 100})`,
            'ms',
            percentile(own.largest, p),
            percentile(floor.largest, p),
            floorIs,
          ),
        ],
      ]),
    ];
  } finally {
    await daemon.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Opens the page in a context of its own: as in a browser that has never seen it. */
async function openOnce(browser: Browser, url: string): Promise<z.output<typeof paints>> {
  const context = await browser.newContext({ viewport: { width: 1024, height: 768 } });
  try {
    const page = await context.newPage();
    await page.goto(url, { waitUntil: 'load' });
    return paints.parse(await page.evaluate(WHEN_PAINTED));
  } finally {
    await context.close();
  }
}

function sizesOfFiles(): readonly Figure[] {
  const files = consoleFiles().map(({ path }) => readFileSync(path));
  const client = readFileSync(join(BUILT, 'client.js'));
  const kb = (bytes: number) => bytes / 1000;
  const sum = (sizes: readonly number[]) => sizes.reduce((total, size) => total + size, 0);
  return [
    plain('console, all its files', 'kB', kb(sum(files.map((file) => file.length)))),
    plain(
      'console, all its files, each with gzip',
      'kB',
      kb(sum(files.map((file) => gzipSync(file).length))),
    ),
    plain('client.js, minified', 'kB', kb(client.length)),
    plain('client.js, minified, with gzip', 'kB', kb(gzipSync(client).length)),
  ];
}

/** The files of the console, and the paths at which they are served. */
function consoleFiles(): readonly { readonly path: string; readonly url: string }[] {
  const folder = join(BUILT, 'console');
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => {
      const name = path.slice(folder.length + 1);
      return { path, url: name === 'index.html' ? '/' : `/console/${name}` };
    });
}
