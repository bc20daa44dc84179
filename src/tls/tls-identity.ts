import { X509Certificate } from 'node:crypto';
import type { Logger } from '../log.ts';
import { readTlsFiles, TlsError } from './tls-folder.ts';

/** What the daemon listens with. */
export interface TlsIdentity {
  /** 0: any free one. */
  readonly port: number;
  /** PEM. */
  readonly certificate: string;
  /** PEM. */
  readonly key: string;
}

/** How long before its end the daemon begins to warn, milliseconds. */
const WARN_BEFORE_MS = 30 * 86_400_000;

/**
 * What was set up in the state folder; null where there is nothing, or nothing that is good at `now` (milliseconds since 1970): the log
 * says why, and the desk goes on without.
 */
export function readTlsIdentity(stateDir: string, now: number, log: Logger): TlsIdentity | null {
  try {
    const files = readTlsFiles(stateDir);
    if (files === null) return null;
    const endsAt = new X509Certificate(files.certificate).validToDate;
    const end = { expires_at: endsAt.toISOString() };
    if (endsAt.getTime() <= now) {
      log.warn(end, 'the TLS certificate is over, the daemon goes on without TLS: encoderctl tls setup');
      return null;
    }
    if (endsAt.getTime() <= now + WARN_BEFORE_MS) {
      log.warn(
        end,
        'the TLS certificate ends soon: encoderctl tls setup, and let the browsers trust it anew',
      );
    }
    return { port: files.port, certificate: files.certificate, key: files.key };
  } catch (error) {
    if (!(error instanceof TlsError)) throw error;
    log.warn({ err: error }, 'the daemon goes on without TLS');
    return null;
  }
}
