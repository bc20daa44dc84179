import { userInfo } from 'node:os';
import type { Actor, AuditSubject } from '../model/audit-entry.ts';
import { audit } from '../site/audit-log.ts';
import type { Store } from '../store/store.ts';

/** Notes in the audit log what a technician does with encoderctl on the state folder. Call it in the transaction of what it tells. */
export function auditByHand(store: Store, action: string, subject: AuditSubject): void {
  audit({ store, clock: { now: () => Date.now() } }, technician(process.env), action, subject);
}

/** The system's user; and who that is where sudo says so, which is no more than a hint. */
export function technician(env: NodeJS.ProcessEnv): Actor {
  const username = systemUser();
  const person = env['SUDO_USER'];
  const name = person === undefined || person === username ? username : `${person} as ${username}`;
  return { kind: 'encoderctl', id: null, name };
}

/** The name of the user that this runs as; one that the system has no name for is told by its number. */
export function systemUser(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid-${process.geteuid?.() ?? 0}`;
  }
}
