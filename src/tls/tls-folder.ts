import { createPrivateKey, X509Certificate } from 'node:crypto';
import {
  chownSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { MadeCertificates } from './certificates.ts';

/** Where the daemon listens with TLS unless somebody says otherwise. */
export const TLS_PORT = 3376;

/** What is in the folder `tls` of the state folder. */
export interface TlsFiles extends MadeCertificates {
  readonly port: number;
}

/** The files cannot be used: the message says why, and what to do. */
export class TlsError extends Error {}

const OTHERS = 0o077;

const FILES = { ca: 'ca.pem', certificate: 'cert.pem', key: 'key.pem', port: 'port' } as const;

const folderOf = (stateDir: string): string => join(stateDir, 'tls');

/** Where the certificate is that systems and browsers have to trust. */
export const caFile = (stateDir: string): string => join(folderOf(stateDir), FILES.ca);

/** null: TLS was not set up. Throws TlsError for a folder that cannot be used, whether or not its certificate is over. */
export function readTlsFiles(
  stateDir: string,
  platform: NodeJS.Platform = process.platform,
): TlsFiles | null {
  const folder = folderOf(stateDir);
  if (!existsSync(folder)) return null;
  try {
    const mode = statSync(join(folder, FILES.key)).mode & 0o777;
    // Windows has lists of who may do what, and Node.js tells of modes that nobody gave (docs/other-systems.md).
    if (platform !== 'win32' && (mode & OTHERS) !== 0) {
      throw new TlsError(`others can read key.pem (mode ${mode.toString(8).padStart(4, '0')})`);
    }
    const read = (file: string) => readFileSync(join(folder, file), 'utf8');
    const files = {
      ca: read(FILES.ca),
      certificate: read(FILES.certificate),
      key: read(FILES.key),
      port: Number(read(FILES.port)),
    };
    check(files);
    return files;
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw new TlsError(`${folder} cannot be used: ${detail}. Make it anew: encoderctl tls setup`, {
      cause: error,
    });
  }
}

function check({ ca, certificate, key, port }: TlsFiles): void {
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new TlsError('port holds no port');
  const leaf = new X509Certificate(certificate);
  if (!leaf.checkPrivateKey(createPrivateKey(key))) throw new TlsError('key.pem does not belong to cert.pem');
  if (!leaf.verify(new X509Certificate(ca).publicKey)) throw new TlsError('cert.pem is not of ca.pem');
}

/** Puts the files in the place of those before, if there are some; only their owner may read them, and root leaves them to the state folder's. */
export function writeTlsFiles(stateDir: string, files: TlsFiles): void {
  // mkdtemp makes a folder of mode 0700.
  const fresh = mkdtempSync(join(stateDir, 'tls.'));
  const write = (file: string, text: string) => {
    const path = join(fresh, file);
    writeFileSync(path, text, { mode: 0o600, flush: true });
    leaveToOwner(path, stateDir);
  };
  try {
    write(FILES.ca, files.ca);
    write(FILES.certificate, files.certificate);
    write(FILES.key, files.key);
    write(FILES.port, `${files.port}\n`);
    leaveToOwner(fresh, stateDir);
    rmSync(folderOf(stateDir), { recursive: true, force: true });
    renameSync(fresh, folderOf(stateDir));
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

/** Returns whether there was something. */
export function removeTlsFiles(stateDir: string): boolean {
  const wasThere = existsSync(folderOf(stateDir));
  rmSync(folderOf(stateDir), { recursive: true, force: true });
  return wasThere;
}

/** A technician who is root leaves the service files that it can read. */
function leaveToOwner(path: string, stateDir: string): void {
  if (process.geteuid?.() !== 0) return;
  const { uid, gid } = statSync(stateDir);
  chownSync(path, uid, gid);
}
