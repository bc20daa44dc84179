import type { z } from 'zod';
import type { acsCredential } from '../../../src/api/wire/acs-credential.ts';
import type { acsEncoder } from '../../../src/api/wire/acs-encoder.ts';
import type { actionAttempt } from '../../../src/api/wire/action-attempt.ts';
import type { pagePairing } from '../../../src/api/wire/page-pairing.ts';
import type { scanResult } from '../../../src/api/wire/scan-result.ts';
import type { Attempt, Credential, Encoder, Pairing, ScanResult } from '../../../src/client/wire.ts';

/** They hold when this compiles: what the daemon sends is what the client says it gets. */
export const whatTheDaemonSends = {
  attempt: (sent: z.output<typeof actionAttempt>): Attempt => sent,
  credential: (sent: z.output<typeof acsCredential>): Credential => sent,
  pairing: (sent: Omit<z.output<typeof pagePairing>, 'scopes'>): Omit<Pairing, 'scopes'> => sent,
  encoder: (sent: z.output<typeof acsEncoder>): Encoder => sent,
  scan: (sent: z.output<typeof scanResult>): ScanResult => sent,
};
