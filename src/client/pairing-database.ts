import type { KeptPairing } from './page.ts';

const DATABASE = 'encoderd';
const PAIRINGS = 'pairings';

/** The pairing with the daemon at a URL. Of IndexedDB, which can keep a key that nobody can read; a frame that may keep nothing is paired each time. */
export function pairingAt(url: string): Promise<KeptPairing | undefined> {
  return inDatabase((pairings) => pairings.get(url));
}

/** Keeps a pairing; undefined drops it. */
export function keepPairing(url: string, pairing: KeptPairing | undefined): Promise<unknown> {
  return inDatabase((pairings) => (pairing ? pairings.put(pairing, url) : pairings.delete(url)));
}

/** What is asked of a database (IDBRequest). */
interface Asked<T> {
  readonly result: T;
  onsuccess: ((event: Event) => void) | null;
  onerror: ((event: Event) => void) | null;
}

/** Undefined where there is no database. */
async function inDatabase<T>(work: (pairings: IDBObjectStore) => Asked<T>): Promise<T | undefined> {
  try {
    const opening = indexedDB.open(DATABASE, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(PAIRINGS);
    const database = await done(opening);
    // It closes when what is asked is done.
    const asked = work(database.transaction(PAIRINGS, 'readwrite').objectStore(PAIRINGS));
    database.close();
    return await done(asked);
  } catch {
    return undefined;
  }
}

function done<T>(asked: Asked<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = reject;
  });
}
