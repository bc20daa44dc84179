import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { makeCertificates } from '../tls/certificates.ts';
import {
  caFile,
  readTlsFiles,
  removeTlsFiles,
  TLS_PORT,
  TlsError,
  writeTlsFiles,
} from '../tls/tls-folder.ts';
import { auditByHand } from './by-hand.ts';
import { openState, type StateWords, stateDir } from './state.ts';
import { CommandError, EXIT, type Terminal } from './terminal.ts';
import {
  addToDebianStore,
  isInDebianStore,
  isTrustedBySystem,
  takeFromDebianStore,
  trustSteps,
} from './tls-trust.ts';
import { readWords } from './words.ts';

const USAGE = 'tls setup [--port 3376] [--install] [--root DIR] | tls status | tls remove [--root DIR]';

/** Gives the daemon a certificate for this computer alone, for browsers that take nothing but TLS: Safari. */
export const tlsCommand = {
  usage: USAGE,
  async run(words: readonly string[], terminal: Terminal): Promise<void> {
    const { values, positionals } = readWords(words, {
      port: { type: 'string' },
      install: { type: 'boolean' },
      root: { type: 'string' },
    });
    const root = values.root ?? '/';
    switch (positionals.join(' ')) {
      case 'setup':
        return setUp(
          values,
          { port: portOf(values.port), mustInstall: values.install === true, root },
          terminal,
        );
      case 'status':
        return status(values, terminal);
      case 'remove':
        return remove(values, root, terminal);
      default:
        throw new CommandError(`usage: encoderctl ${USAGE}`, EXIT.usage);
    }
  },
};

function portOf(word: string | undefined): number | null {
  if (word === undefined) return null;
  const port = Number(word);
  if (/^\d+$/.test(word) && port <= 65_535) return port;
  throw new CommandError(`"${word}" is no port. A port is a number up to 65535.`, EXIT.usage);
}

interface Wishes {
  /** null: the one of before, or the usual one. */
  readonly port: number | null;
  readonly mustInstall: boolean;
  readonly root: string;
}

function setUp(words: StateWords, { port: wanted, mustInstall, root }: Wishes, terminal: Terminal): void {
  const dir = stateDir(words);
  using store = openState(words);
  const before = readable(dir);
  const port = wanted ?? before?.port ?? TLS_PORT;
  const made = makeCertificates(Date.now());
  const ca = new X509Certificate(made.ca);
  store.transaction(() => {
    auditByHand(store, 'tls_set_up', {
      port,
      fingerprint: plainDigits(ca.fingerprint256),
      expires_at: ca.validToDate.toISOString(),
    });
    writeTlsFiles(dir, { ...made, port });
  });
  if (mustInstall) {
    addToDebianStore(root, caFile(dir));
    auditByHand(store, 'tls_trusted', { fingerprint: plainDigits(ca.fingerprint256) });
  }
  const result = { ...describe(dir, ca, port), was_renewed: before !== null, is_installed: mustInstall };
  terminal.result(result, [
    ...(before === null
      ? ['The desk has a certificate for localhost, 127.0.0.1 and ::1.']
      : [
          'The desk has a new certificate, and a new authority: whoever trusted the one before must trust this one.',
          ...(isInDebianStore(root) && !mustInstall
            ? ['The system store has the old one: add --install.']
            : []),
        ]),
    'The key of its authority is gone: nobody can sign anything else with it.',
    '',
    ...lines(dir, ca),
    '',
    `Start the daemon anew: it listens on port ${port} with TLS. Pages take https://127.0.0.1:${port} as its url.`,
  ]);
}

function status(words: StateWords, terminal: Terminal): void {
  const dir = stateDir(words);
  const files = orCommandError(() => readTlsFiles(dir));
  if (files === null) {
    terminal.result({ is_set_up: false }, ['TLS is not set up. Safari needs it: encoderctl tls setup']);
    return;
  }
  const ca = new X509Certificate(files.ca);
  const isOver = ca.validToDate.getTime() <= Date.now();
  const isTrusted = isTrustedBySystem(ca);
  const servedAt = servedUrl(dir);
  const value = {
    is_set_up: true,
    ...describe(dir, ca, files.port),
    is_over: isOver,
    is_trusted_by_system: isTrusted,
    tls_url: servedAt,
  };
  terminal.result(value, [
    isOver ? 'The certificate is over: encoderctl tls setup' : 'TLS is set up.',
    `The daemon ${servedAt === null ? 'does not listen with it now' : `listens at ${servedAt}`}.`,
    `The system ${isTrusted ? 'trusts it' : 'does not trust it'}; what browsers with lists of their own do cannot be seen from here.`,
    '',
    ...lines(dir, ca),
  ]);
}

function remove(words: StateWords, root: string, terminal: Terminal): void {
  const dir = stateDir(words);
  using store = openState(words);
  const wasInstalled = isInDebianStore(root);
  if (wasInstalled) takeFromDebianStore(root);
  const wasThere = store.transaction(() => {
    const removed = removeTlsFiles(dir);
    if (removed) auditByHand(store, 'tls_removed', {});
    return removed;
  });
  if (!wasThere && !wasInstalled) throw new CommandError('TLS is not set up.');
  terminal.result({ removed: true, was_installed: wasInstalled }, [
    'The certificate is gone. Start the daemon anew.',
    ...(wasInstalled ? ['The system store has it no more.'] : []),
    'Where somebody added it to another store, it may stay: nobody can use it.',
  ]);
}

function describe(dir: string, ca: X509Certificate, port: number) {
  return {
    port,
    url: `https://127.0.0.1:${port}`,
    ca_file: caFile(dir),
    ca_name: ca.subject.replace(/^CN=/, ''),
    ca_fingerprint_sha256: ca.fingerprint256,
    expires_at: ca.validToDate.toISOString(),
    trust: trustSteps(caFile(dir), ca),
  };
}

function lines(dir: string, ca: X509Certificate): readonly string[] {
  return [
    `file         ${caFile(dir)}`,
    `name         ${ca.subject.replace(/^CN=/, '')}`,
    `SHA-256      ${ca.fingerprint256}`,
    `good until   ${ca.validToDate.toISOString()}`,
    '',
    'So that a system or browser trusts it:',
    ...trustSteps(caFile(dir), ca).flatMap(({ system, trust }) => [`  ${system}`, `    ${trust}`]),
  ];
}

/** What was set up before, if that can still be read. */
function readable(dir: string): { readonly port: number } | null {
  try {
    return readTlsFiles(dir);
  } catch (error) {
    if (error instanceof TlsError) return { port: TLS_PORT };
    throw error;
  }
}

function orCommandError<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof TlsError) throw new CommandError(error.message, EXIT.configuration);
    throw error;
  }
}

/** Where the daemon listens with TLS now; null: it does not, or does not run. */
function servedUrl(dir: string): string | null {
  const path = join(dir, 'daemon.json');
  if (!existsSync(path)) return null;
  const whereabouts = z.object({ tls_url: z.string().optional() });
  return whereabouts.parse(JSON.parse(readFileSync(path, 'utf8'))).tls_url ?? null;
}

const plainDigits = (fingerprint: string): string => fingerprint.replaceAll(':', '').toLowerCase();
