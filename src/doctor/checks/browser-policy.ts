import { z } from 'zod';
import { type Check, fine, note, warning } from '../check.ts';
import { lastWords } from '../command.ts';

/** Of the patience, for our own tool: the state folder was looked at before. */
const PART = 0.6;

const shown = z.object({
  origins: z.array(z.string()),
  files: z.array(z.object({ path: z.string(), is_installed: z.boolean() })),
});

/** How long it may take to write the files, milliseconds. */
const MENDING_MS = 60_000;

/** Browsers by the programs that start them, and whose files are theirs. */
const BROWSERS = [
  { name: 'Chrome', programs: ['google-chrome', 'google-chrome-stable'], files: /\/etc\/opt\/chrome\// },
  { name: 'Chromium', programs: ['chromium', 'chromium-browser'], files: /\/etc\/chromium\// },
  { name: 'Edge', programs: ['microsoft-edge', 'microsoft-edge-stable'], files: /\/etc\/opt\/edge\// },
  { name: 'Firefox', programs: ['firefox', 'firefox-esr'], files: /\/etc\/firefox\// },
] as const;

/** Snap and Flatpak: their files are asked for only where such a browser is there. */
const BOXED = /chromium-browser|flatpak/;

/** Whether the browsers that are installed here are told to let the desk's pages reach the daemon. */
export const browserPolicy: Check = {
  id: 'browser-policy',
  async look(desk) {
    const state = await desk.state();
    const database = state.state === 'open' ? state.database : null;
    // Our own tool would bring another version of the database up, and does not work with such a configuration.
    if (
      !desk.isLinux ||
      desk.config === null ||
      state.state !== 'open' ||
      database === null ||
      database.version !== database.knownVersion
    )
      return [];
    const words = ['browser-policy', 'show', '--json', '--root', desk.root, '--system', 'linux'];
    const { uid, gid } = state.folder;
    const outcome = await desk.encoderctl(words, desk.patienceMs * PART, { name: '', uid, gid });
    if (outcome.code === 1) {
      return [
        note({
          id: 'no-web-page',
          summary: 'No web page is allowed or paired yet, so none can use the encoder.',
          evidence: [`encoderctl browser-policy show: ${messageIn(outcome.stderr)}`],
          cure: 'encoderctl origins allow https://the.address.of.the.page, or let the page ask (encoderctl pairing)',
        }),
      ];
    }
    if (outcome.code !== 0) throw new Error(`encoderctl browser-policy show: ${lastWords(outcome)}`);
    const { origins, files } = shown.parse(JSON.parse(outcome.stdout));
    const here = BROWSERS.filter(({ programs }) => programs.some((name) => desk.program(name) !== null));
    const isTheirs = (path: string) => BOXED.test(path) || here.some(({ files: ours }) => ours.test(path));
    const theirs = files.filter(({ path }) => isTheirs(path));
    const missing = theirs.filter(({ is_installed }) => !is_installed);
    if (theirs.length === 0)
      return [fine('browser-none', 'There is no browser here that would have to be told of the desk.')];
    if (missing.length === 0)
      return [
        fine('browser-policy-installed', `The browsers here let ${origins.join(', ')} reach the daemon.`),
      ];
    const isPartly = missing.length < theirs.length;
    return [
      warning({
        id: isPartly ? 'browser-policy-incomplete' : 'browser-policy-missing',
        summary: `Browsers here ask the person before they let ${origins.join(', ')} reach the daemon, or refuse it.`,
        evidence: missing.map(({ path }) => `${path} is not as it has to be`),
        cure: 'sudo encoderctl browser-policy install',
        isFixable: desk.isRoot,
      }),
    ];
  },
  async fix(desk, _finding, say) {
    say('encoderctl browser-policy install: the browsers are told which pages may reach the daemon.');
    const outcome = await desk.encoderctl(['browser-policy', 'install', '--root', desk.root], MENDING_MS);
    if (outcome.code !== 0) throw new Error(lastWords(outcome));
  },
};

function messageIn(stderr: string): string {
  const failure = z.object({ error: z.object({ message: z.string() }) });
  try {
    return failure.parse(JSON.parse(stderr)).error.message;
  } catch {
    return stderr.trim();
  }
}
