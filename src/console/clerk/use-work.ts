import { useEffect, useRef, useState } from 'preact/hooks';
import type { Attempt, Desk } from '../../client/client.ts';
import { isGuest, isGuestKey, oneOf } from '../wire.ts';
import type { Holder, Job, WorkState } from './job.ts';
import { Work } from './work.ts';

/** The work of this page, and how far it has come. What the page had begun before it was loaded again goes on. */
export function useWork(desk: Desk): readonly [state: WorkState, work: () => Work | null] {
  const [state, setState] = useState<WorkState>({ step: 'idle' });
  const current = useRef<Work | null>(null);
  useEffect(() => {
    const work = new Work(desk, setState);
    current.current = work;
    void resumeOne(desk, work);
    return () => {
      work.close();
      current.current = null;
    };
  }, [desk]);
  return [state, () => current.current];
}

/** Nothing is lost where this does not work: the daemon carries on, and today's list shows how it ended. */
async function resumeOne(desk: Desk, work: Work): Promise<void> {
  try {
    const running = (await desk.unfinished()).find(({ status }) => status === 'pending');
    const job = running === undefined ? null : await jobOf(desk, running);
    if (running !== undefined && job !== null && work.state.step === 'idle') work.resume(job, running);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
  }
}

/** What an attempt was begun for; null: it is not one that a clerk begins. */
async function jobOf(desk: Desk, attempt: Attempt): Promise<Job | null> {
  switch (attempt.action_type) {
    case 'SCAN_CREDENTIAL':
      return { kind: 'scan' };
    case 'SCAN_TO_ASSIGN_CREDENTIAL': {
      const holder = await holderOfId(desk, attempt.acs_user_id);
      return holder === null ? null : { kind: 'assign', holder };
    }
    case 'ENCODE_CREDENTIAL': {
      const answer = await desk.request('/acs/credentials/get', {
        acs_credential_id: attempt.acs_credential_id,
      });
      const key = oneOf(answer, 'acs_credential', isGuestKey);
      const holder = await holderOfId(desk, key.acs_user_id);
      return { kind: 'encode', holder, keyId: key.acs_credential_id, replacesLostCard: false };
    }
    default:
      return null;
  }
}

async function holderOfId(desk: Desk, id: string | undefined): Promise<Holder | null> {
  if (id === undefined) return null;
  const guest = oneOf(await desk.request('/acs/users/get', { acs_user_id: id }), 'acs_user', isGuest);
  return { id: guest.acs_user_id, name: guest.full_name };
}
