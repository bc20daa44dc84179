import { useEffect, useState } from 'preact/hooks';
import { useDesk } from '../desk.tsx';
import { type Entrance, isEntrance, listOf } from '../wire.ts';

/** As many rooms as a page of the API has; a house with more has them found by the pages after it. */
const MOST_PAGES = 10;

/** All rooms and doors, by name as people sort them (2 before 10); null: not told yet. */
export function useEntrances(): readonly Entrance[] | null {
  const { desk, state } = useDesk();
  const [entrances, setEntrances] = useState<readonly Entrance[] | null>(null);
  useEffect(() => {
    if (state !== 'connected') return;
    const stop = new AbortController();
    const load = async () => {
      const all: Entrance[] = [];
      let cursor: unknown = null;
      for (let page = 0; page < MOST_PAGES; page += 1) {
        const terms = cursor === null ? {} : { page_cursor: cursor };
        const answer = await desk.request('/acs/entrances/list', terms, stop.signal);
        all.push(...listOf(answer, 'acs_entrances', isEntrance));
        cursor = Object(answer['pagination']).next_page_cursor ?? null;
        if (cursor === null) break;
      }
      const order = new Intl.Collator(undefined, { numeric: true });
      setEntrances(all.toSorted((a, b) => order.compare(a.display_name, b.display_name)));
    };
    load().catch((error: unknown) => {
      // Asked again when the connection is back.
      if (!(error instanceof Error)) throw error;
    });
    return () => stop.abort();
  }, [desk, state]);
  return entrances;
}

/** What the doors with these numbers are called; `unknown` names one that is not here. */
export function namesOfDoors(
  numbers: readonly number[],
  entrances: readonly Entrance[] | null,
  unknown: (number: number) => string,
): readonly string[] {
  return numbers.map(
    (number) => entrances?.find((entrance) => entrance.number === number)?.display_name ?? unknown(number),
  );
}
