import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, type InlineConfig } from 'vite';

/**
 * `npm run build`: what browsers get of this checkout, in dist/web.
 *
 *   client.js, client.d.ts   src/client as one module, and its types (in types/)
 *   console/index.html       src/console
 *   console/assets/*         its scripts and styles, named after what is in them
 *   .built                   younger than all of the sources above: scripts/setup/web.sh looks at its time
 *
 * It is made beside dist/web and put in its place when it is whole; what was there stays when a build fails.
 */

const root = join(import.meta.dirname, '..');
const dist = join(root, 'dist');
const fresh = join(dist, `web.${process.pid}.new`);
const old = join(dist, `web.${process.pid}.old`);

/** Names of properties that nobody but the client's own modules sees; none is of the browser, or of what is kept or sent. */
const INSIDE_THE_CLIENT =
  /^(address|answer|ask|attempts|exclusively|frame|isRead|isSafari|keepAttempts|keepPairing|mayListen|onWake|pageNonce|pageOrigin|pageTitle|pairingAt|deskNonce|clientSessionId|refresh|signer|tell|welcome|problem)$/;

const shared: InlineConfig = {
  configFile: false,
  logLevel: 'warn',
  mode: 'production',
  publicDir: false,
};

const client: InlineConfig = {
  ...shared,
  root: join(root, 'src/client'),
  build: {
    outDir: fresh,
    emptyOutDir: false,
    target: 'es2022',
    modulePreload: false,
    rolldownOptions: {
      input: join(root, 'src/client/client.ts'),
      preserveEntrySignatures: 'strict',
      output: {
        format: 'es',
        entryFileNames: 'client.js',
        // Constants stay constants, which the minifier then writes where they are used.
        topLevelVar: false,
        minify: { mangle: true, compress: true, mangleProps: { include: INSIDE_THE_CLIENT } },
      },
    },
  },
};

const consolePages: InlineConfig = {
  ...shared,
  root: join(root, 'src/console'),
  base: '/console/',
  build: {
    outDir: join(fresh, 'console'),
    emptyOutDir: true,
    target: 'es2022',
    // A script that a page would hold in itself, and a picture in a data: URL, are refused by the console's own policy.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
};

mkdirSync(fresh, { recursive: true });
try {
  // First, so that what is changed while this runs is younger.
  writeFileSync(join(fresh, '.built'), '');
  await build(client);
  await build(consolePages);
  declareTypes();
  if (existsSync(join(dist, 'web'))) renameSync(join(dist, 'web'), old);
  renameSync(fresh, join(dist, 'web'));
} finally {
  for (const folder of [fresh, old]) rmSync(folder, { recursive: true, force: true });
}

/** The types of the client, which come with it for those who import `encoderd/client`. */
function declareTypes(): void {
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const flags = ['--noEmit', 'false', '--declaration', '--emitDeclarationOnly'];
  const places = ['--rootDir', join(root, 'src'), '--outDir', join(fresh, 'types')];
  execFileSync(process.execPath, [tsc, '-p', join(root, 'src/client'), ...flags, ...places], {
    stdio: ['ignore', 2, 2],
  });
  writeFileSync(join(fresh, 'client.d.ts'), "export * from './types/client/client.js';\n");
}
