import { Status } from '../components/status.tsx';
import { useDesk } from '../desk.tsx';
import type { Words } from '../i18n.ts';
import type { SyncStatus } from '../wire.ts';
import { useWords } from '../words.tsx';

/** Whether the property server knows what happened here; nothing where there is nothing to say. */
export function SyncLine() {
  const words = useWords();
  const { picture } = useDesk();
  const said = picture.sync === null ? null : wordsOfSync(picture.sync, words);
  return <span role="status">{said !== null && <Status tone="warn" text={said} />}</span>;
}

/** Null: all is well. What a person has to decide on is said first. */
export function wordsOfSync(
  { state, waiting, refused }: SyncStatus,
  { t, count }: Pick<Words, 't' | 'count'>,
): string | null {
  if (refused > 0) return count('sync.refused', refused);
  if (state === 'stopped') return t('sync.stopped');
  if (state === 'offline') return count('sync.offline', waiting);
  return waiting > 0 ? count('sync.waiting', waiting) : null;
}
