import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { isOrigin } from '../model/web-address.ts';
import { whyOver } from '../site/client-sessions.ts';
import { EVERY_ROW } from '../store/paging.ts';
import type { Store } from '../store/store.ts';
import { readTlsFiles, TlsError } from '../tls/tls-folder.ts';
import { configurationProfile, registryFile } from './browser-policy/deploy-texts.ts';
import { changesAt, type FileChange, rivalsAt } from './browser-policy/file-changes.ts';
import { FirefoxFileError } from './browser-policy/firefox-file.ts';
import { lineDiff } from './browser-policy/line-diff.ts';
import { type PolicyPlace, policyPlaces } from './browser-policy/linux-places.ts';
import type { Wanted } from './browser-policy/policies.ts';
import { auditByHand } from './by-hand.ts';
import { configOf, openKnownState, openState, type StateWords, stateDir } from './state.ts';
import { CommandError, counted, EXIT, type Terminal } from './terminal.ts';
import { readWords } from './words.ts';

const USAGE = [
  'browser-policy install [--origin ORIGIN ...] [--older-browsers] [--root DIR]',
  '  browser-policy show [--origin ORIGIN ...] [--older-browsers] [--system linux|windows|macos]',
  '  browser-policy remove [--root DIR]',
].join('\n');

const SYSTEMS: Readonly<Record<string, string>> = { darwin: 'macos', win32: 'windows' };

/** Lets the browsers of this computer reach the daemon without asking the person, for the pages that the daemon lets in. */
export const browserPolicyCommand = {
  usage: USAGE,
  async run(words: readonly string[], terminal: Terminal): Promise<void> {
    const { values, positionals } = readWords(words, {
      origin: { type: 'string', multiple: true },
      'older-browsers': { type: 'boolean' },
      system: { type: 'string' },
      root: { type: 'string' },
    });
    const system = values.system ?? SYSTEMS[process.platform] ?? 'linux';
    const places = policyPlaces(values.root ?? '/');
    switch (positionals.join(' ')) {
      case 'install': {
        refuseElsewhere(system);
        using store = openState(values);
        return install(store, places, whatIsWanted(store, values), terminal);
      }
      case 'show': {
        using store = values.origin === undefined ? openKnownState(values) : null;
        return show(system, places, whatIsWanted(store, values), terminal);
      }
      case 'remove': {
        refuseElsewhere(system);
        using store = openState(values);
        return remove(store, places, terminal);
      }
      default:
        throw new CommandError(`usage: encoderctl ${USAGE}`, EXIT.usage);
    }
  },
};

function refuseElsewhere(system: string): void {
  if (system === 'linux') return;
  const how =
    system === 'windows'
      ? '"encoderctl browser-policy show > encoderd.reg", and "reg import encoderd.reg" as an administrator, or the same keys by a group policy'
      : '"encoderctl browser-policy show > encoderd.mobileconfig", and install that profile by your device management, or in the System Settings';
  throw new CommandError(`On this system browsers take policies from its administration only: ${how}.`);
}

interface PolicyWords extends StateWords {
  readonly origin?: readonly string[] | undefined;
  readonly 'older-browsers'?: boolean | undefined;
}

/** Needs no store where pages are named. Throws CommandError where there is no page to let in. */
function whatIsWanted(store: Store | null, words: PolicyWords): Wanted {
  const { origin: chosen } = words;
  const wrong = chosen?.find((one) => !isOrigin(one) || !/^https?:/.test(one));
  if (wrong !== undefined) {
    const message = `"${wrong}" is no origin. An origin is scheme, host and port, as https://pms.example.com`;
    throw new CommandError(message, EXIT.usage);
  }
  const origins = [...new Set(chosen ?? (store === null ? [] : allowedOrigins(store, words)))].toSorted();
  if (origins.length === 0) {
    throw new CommandError(
      'No web page is allowed or paired yet. Name one with --origin, or first: encoderctl origins allow ORIGIN',
    );
  }
  try {
    return {
      origins,
      withOlderBrowsers: words['older-browsers'] === true,
      ca: readTlsFiles(stateDir(words))?.ca ?? null,
    };
  } catch (error) {
    if (error instanceof TlsError) throw new CommandError(error.message, EXIT.configuration);
    throw error;
  }
}

/** Of the configuration, those that a technician allowed, and those of paired pages. */
function allowedOrigins(store: Store, words: StateWords): readonly string[] {
  const pages = store.clientSessions
    .list({}, EVERY_ROW)
    .rows.filter((session) => session.page !== null && whyOver(store, session, Date.now()) === null)
    .flatMap(({ allowedOrigin }) => allowedOrigin ?? []);
  const all = [...configOf(words).allowed_origins, ...store.origins.list(), ...pages];
  return all.filter((origin) => /^https?:/.test(origin));
}

function install(store: Store, places: readonly PolicyPlace[], wanted: Wanted, terminal: Terminal): void {
  const changed = apply(store, places, wanted, 'browser_policy_installed');
  const rivals = places.flatMap(rivalsAt);
  const insecure = wanted.origins.filter((origin) => origin.startsWith('http:'));
  terminal.result({ origins: wanted.origins, changed: changed.map(toJson), rivals }, [
    ...(changed.length === 0 ? ['Everything is as it should be.'] : changed.flatMap(shown)),
    ...rivals.map((path) => `${path} sets the same: browsers take one of both (chrome://policy says which).`),
    ...insecure.map(
      (origin) => `${origin} is not secure: browsers let no page without https reach this computer.`,
    ),
    ...(changed.length === 0
      ? []
      : ['Chrome, Chromium and Edge see this within minutes, Firefox when it starts anew.']),
  ]);
}

function remove(store: Store, places: readonly PolicyPlace[], terminal: Terminal): void {
  const changed = apply(store, places, null, 'browser_policy_removed');
  const lines = changed.length === 0 ? ['There is nothing of ours.'] : changed.flatMap(shown);
  terminal.result({ changed: changed.map(toJson) }, lines);
}

function show(system: string, places: readonly PolicyPlace[], wanted: Wanted, terminal: Terminal): void {
  switch (system) {
    case 'windows':
    case 'macos': {
      const text = system === 'windows' ? registryFile(wanted) : configurationProfile(wanted);
      terminal.result({ system, origins: wanted.origins, text }, [text.trimEnd()]);
      return;
    }
    case 'linux': {
      const changes = planned(places, wanted);
      const files = changes.flatMap(({ path, before, after }) =>
        after === null ? [] : [{ path, content: after, is_installed: before === after }],
      );
      const lines = files.flatMap(({ path, content, is_installed }) => [
        `${path}${is_installed ? '' : ' (not installed)'}`,
        ...content
          .trimEnd()
          .split('\n')
          .map((line) => `  ${line}`),
      ]);
      terminal.result({ system, origins: wanted.origins, files }, lines);
      return;
    }
    default:
      throw new CommandError(`There is no system "${system}". There are: linux, windows, macos.`, EXIT.usage);
  }
}

/** Makes the changes, and notes them. Returns those that there were. Throws CommandError. */
function apply(
  store: Store,
  places: readonly PolicyPlace[],
  wanted: Wanted | null,
  action: string,
): readonly FileChange[] {
  const changes = planned(places, wanted).filter(({ before, after }) => before !== after);
  if (changes.length === 0) return [];
  store.transaction(() => {
    const subject = { files: changes.length, ...(wanted !== null && { origins: wanted.origins }) };
    auditByHand(store, action, subject);
    for (const change of changes) write(change);
  });
  return changes;
}

function planned(places: readonly PolicyPlace[], wanted: Wanted | null): readonly FileChange[] {
  try {
    return places.flatMap((place) => changesAt(place, wanted));
  } catch (error) {
    if (error instanceof FirefoxFileError) throw new CommandError(error.message, EXIT.configuration);
    throw error;
  }
}

/** Every user of the computer may read it, as browsers do, whatever root's own files are made with. */
function write({ path, after }: FileChange): void {
  const umask = process.umask(0o022);
  try {
    if (after === null) {
      rmSync(path, { force: true });
      return;
    }
    mkdirSync(dirname(path), { recursive: true });
    const fresh = `${path}.encoderd-new`;
    writeFileSync(fresh, after, { flush: true });
    renameSync(fresh, path);
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw new CommandError(`${path} cannot be written: ${detail}. Run this with sudo.`);
  } finally {
    process.umask(umask);
  }
}

const toJson = ({ path, before, after }: FileChange) => ({
  path,
  how: before === null ? 'created' : after === null ? 'removed' : 'changed',
});

function shown({ path, before, after }: FileChange): readonly string[] {
  const diff = lineDiff(before ?? '', after ?? '');
  return [`${path} (${counted(diff.length, 'line')})`, ...diff.map((line) => `  ${line}`)];
}
