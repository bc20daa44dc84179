import { spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { getCACertificates } from 'node:tls';
import { CommandError } from './terminal.ts';

/** What a technician does on one kind of system so that it trusts the certificate, and so that it does so no more. */
export interface TrustSteps {
  readonly system: string;
  readonly trust: string;
  readonly distrust: string;
}

/** `caFile`: where the authority's certificate is; it may be shown in a path with blanks. */
export function trustSteps(caFile: string, { subject, fingerprint }: X509Certificate): readonly TrustSteps[] {
  const name = subject.replace(/^CN=/, '');
  const file = `"${caFile}"`;
  return [
    {
      system: 'macOS (Safari, Chrome)',
      trust: `sudo security add-trusted-cert -d -r trustRoot -p ssl -k /Library/Keychains/System.keychain ${file}`,
      distrust: `sudo security delete-certificate -Z ${fingerprint.replaceAll(':', '')} /Library/Keychains/System.keychain`,
    },
    {
      system: 'Windows (Chrome, Edge)',
      trust: `certutil -addstore -f Root ${file}`,
      distrust: `certutil -delstore Root ${fingerprint.replaceAll(':', '')}`,
    },
    {
      system: 'Debian, Ubuntu (programs, not browsers)',
      trust: `sudo cp ${file} ${storeFile('/')} && sudo update-ca-certificates`,
      distrust: `sudo rm ${storeFile('/')} && sudo update-ca-certificates --fresh`,
    },
    {
      system: 'Fedora, RHEL (programs, not browsers)',
      trust: `sudo trust anchor --store ${file}`,
      distrust: `sudo trust anchor --remove ${file}`,
    },
    {
      system: 'Chrome, Chromium on Linux (NSS, for each user)',
      trust: `certutil -d sql:$HOME/.pki/nssdb -A -t C,, -n "${name}" -i ${file}`,
      distrust: `certutil -d sql:$HOME/.pki/nssdb -D -n "${name}"`,
    },
    {
      system: 'Firefox',
      trust: 'sudo encoderctl browser-policy install',
      distrust: 'sudo encoderctl browser-policy remove',
    },
  ];
}

/** Whether this is one of the authorities that the system trusts, as far as Node.js can know: browsers on Linux have lists of their own. */
export function isTrustedBySystem(ca: X509Certificate): boolean {
  return getCACertificates('system').some(
    (pem) => new X509Certificate(pem).fingerprint256 === ca.fingerprint256,
  );
}

/** Where Debian and Ubuntu look for the authorities that an administrator adds. */
const storeFile = (root: string): string =>
  join(root, 'usr/local/share/ca-certificates/encoderd-localhost.crt');

/** `root`: where the system's files are, `/`. */
export const isInDebianStore = (root: string): boolean => existsSync(storeFile(root));

/** Lets Debian or Ubuntu trust the certificate in the file. Throws CommandError. */
export function addToDebianStore(root: string, caFile: string): void {
  if (!existsSync(UPDATE)) {
    throw new CommandError(
      `There is no ${UPDATE} here: this is no Debian or Ubuntu. See what to do by hand: encoderctl tls status`,
    );
  }
  asRoot(() => {
    mkdirSync(dirname(storeFile(root)), { recursive: true });
    copyFileSync(caFile, storeFile(root));
  });
  update(root);
}

/** The other way round. Throws CommandError. */
export function takeFromDebianStore(root: string): void {
  asRoot(() => rmSync(storeFile(root), { force: true }));
  update(root, '--fresh');
}

const UPDATE = '/usr/sbin/update-ca-certificates';

function update(root: string, ...how: readonly string[]): void {
  const at = (path: string) => join(root, path);
  const elsewhere =
    root === '/'
      ? []
      : [
          ...['--localcertsdir', at('usr/local/share/ca-certificates')],
          ...['--etccertsdir', at('etc/ssl/certs')],
          ...['--certsconf', at('etc/ca-certificates.conf')],
          ...['--hooksdir', at('etc/ca-certificates/update.d')],
        ];
  asRoot(() => {
    mkdirSync(at('etc/ssl/certs'), { recursive: true });
  });
  const { status, stderr, error } = spawnSync(UPDATE, [...how, ...elsewhere], { encoding: 'utf8' });
  if (status !== 0)
    throw new CommandError(`update-ca-certificates failed: ${error?.message ?? stderr.trim()}`);
}

function asRoot(change: () => void): void {
  try {
    change();
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw new CommandError(`The system's certificates cannot be changed: ${detail}. Run this with sudo.`);
  }
}
