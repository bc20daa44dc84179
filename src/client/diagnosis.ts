import { type ClientErrorCode, DeskError } from './errors.ts';
import { type Page, PROMPT } from './page.ts';

/** How long one look may take, milliseconds. */
const LOOK_MS = 5000;

/** After this time without an answer a question of the browser is what is in the way, milliseconds. */
const PROMPT_SEEN_MS = 300;
const PROMPT_MS = 30_000;

/**
 * Throws what keeps the page from every program on this computer. Where the browser asks the person first, makes it
 * ask, and waits for the answer; `onWaiting` is called when it seems to ask.
 */
export async function checkPage(page: Page, url: string, onWaiting: () => void): Promise<void> {
  const before = await page.problem();
  if (before === null) return;
  if (before === PROMPT) {
    const seen = setTimeout(onWaiting, PROMPT_SEEN_MS);
    const answer = await look(`${url}/client.js`, 'cors', PROMPT_MS);
    clearTimeout(seen);
    if (answer) return;
    onWaiting();
  }
  // Whether nothing answers or nothing may be asked: the permission tells.
  const after = await page.problem();
  if (after) throw new DeskError(after, page.pageOrigin);
}

/** Says why the daemon could not be reached. */
export async function diagnose(page: Page, url: string): Promise<DeskError> {
  return new DeskError(await reasonAt(page, url), `${page.pageOrigin} -> ${url}`);
}

async function reasonAt(page: Page, url: string): Promise<ClientErrorCode> {
  const problem = await page.problem();
  if (problem) return problem;
  // The client may be had by every page, the daemon's hello by those that are let in.
  const client = await look(`${url}/client.js`);
  if (client === null) {
    if (page.isSafari && url.startsWith('http:')) return 'safari_mixed_content';
    return (await look(url, 'no-cors')) === null ? 'daemon_not_running' : 'wrong_port';
  }
  if (!client.includes('encoderd')) return 'wrong_port';
  const isRefused =
    (await look(`${url}/v1/hello`)) === null &&
    // It may just have stopped.
    (await look(`${url}/client.js`)) !== null;
  return isRefused ? 'origin_not_allowed' : 'connection_lost';
}

/** The answer, empty where it is not for this page or does not come; null where nothing answers. */
async function look(url: string, mode: RequestMode = 'cors', ms = LOOK_MS): Promise<string | null> {
  const signal = AbortSignal.timeout(ms);
  try {
    return await (await fetch(url, { mode, signal })).text();
  } catch {
    return signal.aborted ? '' : null;
  }
}
