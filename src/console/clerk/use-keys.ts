import { useEffect, useState } from 'preact/hooks';
import { useDesk } from '../desk.tsx';
import { type Entrance, type GuestKey, isEntrance, isGuestKey, listOf } from '../wire.ts';

/** A key, and the names of what it opens. */
export interface KeyAndDoors {
  readonly key: GuestKey;
  readonly doors: readonly string[];
}

/** A change is looked at a moment later: several come at once. */
const SETTLE_MS = 80;

/** The keys of a guest, the newest first; null: not told yet. Asked for again whenever something happens to a key. */
export function useKeys(guestId: string): readonly KeyAndDoors[] | null {
  const { desk, state } = useDesk();
  const [keys, setKeys] = useState<{ readonly of: string; readonly keys: readonly KeyAndDoors[] } | null>(
    null,
  );
  useEffect(() => {
    if (state !== 'connected') return;
    const stop = new AbortController();
    const load = async () => {
      const answer = await desk.request('/acs/credentials/list', { acs_user_id: guestId }, stop.signal);
      const found = listOf(answer, 'acs_credentials', isGuestKey);
      const all = await Promise.all(
        found.toReversed().map(async (key) => {
          const terms = { acs_credential_id: key.acs_credential_id };
          const doors = await desk.request('/acs/credentials/list_accessible_entrances', terms, stop.signal);
          return { key, doors: listOf(doors, 'acs_entrances', isEntrance).map(nameOf) };
        }),
      );
      if (!stop.signal.aborted) setKeys({ of: guestId, keys: all });
    };
    // What cannot be had now is asked for again with the next change, or when the connection is back.
    const quietly = () => void load().catch(() => undefined);
    let settling: ReturnType<typeof setTimeout> | undefined;
    const end = desk.on('event', ({ event }) => {
      if (event['acs_credential_id'] === undefined) return;
      clearTimeout(settling);
      settling = setTimeout(quietly, SETTLE_MS);
    });
    quietly();
    return () => {
      end();
      clearTimeout(settling);
      stop.abort();
    };
  }, [desk, guestId, state]);
  return keys?.of === guestId ? keys.keys : null;
}

const nameOf = ({ display_name }: Entrance): string => display_name;
