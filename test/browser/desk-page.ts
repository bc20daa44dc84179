import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';

/** The client as it is built, for pages that bring it along. */
export function builtClient(): string {
  return readFileSync(join(import.meta.dirname, '../../dist/web/client.js'), 'utf8');
}

/**
 * A front-desk page with the client of its own origin. `connect` keeps the desk in `window.desk`; whatever is awaited
 * comes back as `{ok: value}` or `{error: {code, message, detail, data}}`.
 */
export const DESK_PAGE = `<!doctype html><title>Front desk</title><h1>Front desk</h1><script type="module">
  import { connect, DeskError } from '/client.js';
  window.seen = [];
  window.states = [];
  window.progress = [];
  window.outcome = async (work) => {
    try {
      return { ok: (await work()) ?? null };
    } catch (error) {
      if (!(error instanceof DeskError)) return { bug: String(error?.stack ?? error) };
      return { error: { code: error.code, message: error.message, detail: error.detail, data: error.data } };
    }
  };
  window.connectDesk = (options) => outcome(async () => {
    const code = options.code;
    const asked = code === undefined ? {} : { askForCode: () => code };
    const ask = options.asksPage === true ? { askForCode: (pairing) => window.codeFor(pairing) } : asked;
    window.desk = await connect({ ...options, ...ask, onState: (state) => states.push(state) });
    for (const type of ['action_attempt.changed', 'card.presented', 'encoder.changed', 'event']) {
      desk.on(type, (change) => seen.push(change));
    }
    return desk.scopes;
  });
  window.isReady = true;
</script>`;

/** What a page says of what it tried. */
export interface Outcome {
  readonly ok?: unknown;
  readonly error?: {
    readonly code: string;
    readonly message: string;
    readonly detail: string;
    readonly data: Readonly<Record<string, unknown>>;
  };
  readonly bug?: string;
}

/** Options that go to the page as they are. `asksPage`: `window.codeFor` gives the code. */
export interface DeskPageOptions {
  readonly url: string;
  readonly token?: string;
  readonly scopes?: readonly string[];
  readonly askForCode?: null;
  readonly code?: string;
  readonly asksPage?: boolean;
  readonly pairAgain?: boolean;
}

/** Connects the page; resolves with its scopes, or why not. */
export async function connectPage(page: Page, options: DeskPageOptions): Promise<Outcome> {
  await page.waitForFunction(() => Reflect.get(globalThis, 'isReady') === true);
  return page.evaluate((given) => Reflect.get(globalThis, 'connectDesk')(given), options);
}

/** Runs a function of the text's in the page, where `desk` is the connected desk. */
export function inPage(page: Page, text: string): Promise<Outcome> {
  return page.evaluate(
    (work) => Reflect.get(globalThis, 'outcome')(Reflect.construct(Function, [`return (${work})()`])),
    text,
  );
}

/** Lets the page fetch its pairing code from this process, as a person reads it at the desk. */
export async function giveCodes(
  page: Page,
  codeFor: (pairingId: string) => Promise<string | null>,
): Promise<void> {
  await page.exposeFunction('codeFor', (pairing: { readonly pairing_id: string }) =>
    codeFor(pairing.pairing_id),
  );
}
