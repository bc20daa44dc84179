import type { RefObject } from 'preact';
import { useEffect, useId, useState } from 'preact/hooks';
import { Button } from '../components/button.tsx';
import { Icon } from '../components/icon.tsx';
import { Panel } from '../components/panel.tsx';
import { useDesk } from '../desk.tsx';
import { type Guest, isGuest, listOf } from '../wire.ts';
import { useWords } from '../words.tsx';
import { byWhatIsSeen } from './found-guests.ts';
import { subjectOf } from './subject.ts';

const DEBOUNCE_MS = 120;
const MOST_RESULTS = 30;
const MOST_RECENT = 8;

interface GuestSearchProps {
  readonly input: RefObject<HTMLInputElement | null>;
  readonly chosen: string | null;
  /** Ids of the guests that were chosen here, the last one first. */
  readonly visited: readonly string[];
  readonly onChoose: (guest: Guest) => void;
  readonly onNew: (name: string) => void;
}

/** Finds a guest by what is typed; the arrow keys move through what was found, Enter takes it. */
export function GuestSearch({ input, chosen, visited, onChoose, onNew }: GuestSearchProps) {
  const { t, count } = useWords();
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const found = useFound(text);
  const recent = useRecent(visited);
  const id = useId();
  const query = text.trim();
  const isSearching = query !== '';
  const guests = isSearching ? (found?.guests ?? []) : recent;
  const isEmpty = isSearching && found !== null && found.query === query && guests.length === 0;
  const active = guests[Math.min(at, guests.length - 1)];
  const move = (by: number) => setAt((guests.length + Math.min(at, guests.length - 1) + by) % guests.length);
  useEffect(() => {
    if (active !== undefined)
      document.getElementById(`${id}-${active.acs_user_id}`)?.scrollIntoView({ block: 'nearest' });
  }, [active, id]);
  return (
    <Panel
      title={t('guest.title')}
      kind="guests"
      actions={
        <Button kind="quiet" size="small" onClick={() => onNew(query)}>
          <Icon name="plus" />
          {t('guest.new')}
        </Button>
      }
    >
      <div class="search">
        <Icon name="search" />
        <input
          ref={input}
          class="field-input"
          type="text"
          role="combobox"
          aria-label={t('guest.search')}
          aria-expanded={guests.length > 0}
          aria-controls={`${id}-list`}
          aria-autocomplete="list"
          aria-activedescendant={active === undefined ? undefined : `${id}-${active.acs_user_id}`}
          aria-keyshortcuts="/"
          placeholder={t('guest.placeholder')}
          autocomplete="off"
          spellcheck={false}
          value={text}
          onInput={({ currentTarget }) => {
            setText(currentTarget.value);
            setAt(0);
          }}
          onKeyDown={(event) => {
            if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
              event.preventDefault();
              if (guests.length > 0) move(event.key === 'ArrowDown' ? 1 : -1);
            } else if (event.key === 'Enter' && active !== undefined) {
              event.preventDefault();
              onChoose(active);
            } else if (event.key === 'Escape' && text !== '') {
              event.stopPropagation();
              setText('');
            }
          }}
        />
        {text === '' && <span class="search-key">/</span>}
      </div>
      <p class="only-spoken" role="status">
        {isSearching && found !== null ? count('guest.found', guests.length) : ''}
      </p>
      <p class="guests-head" aria-hidden="true">
        {isSearching ? t('guest.results') : recent.length > 0 ? t('guest.recent') : ''}
      </p>
      <div class="guests-box">
        <div
          role="listbox"
          class="guests-list"
          id={`${id}-list`}
          aria-label={isSearching ? t('guest.results') : t('guest.recent')}
        >
          {guests.map((guest) => (
            // biome-ignore lint/a11y/useFocusableInteractive: as above.
            // biome-ignore lint/a11y/useKeyWithClickEvents: its keys are those of the search field.
            <div
              role="option"
              key={guest.acs_user_id}
              id={`${id}-${guest.acs_user_id}`}
              class={`guest-row${guest === active && (isSearching || at > 0) ? ' guest-row-active' : ''}`}
              aria-selected={guest.acs_user_id === chosen}
              onClick={() => onChoose(guest)}
            >
              <span class="guest-row-name">{guest.full_name}</span>
              <span class="guest-row-more">{contactOf(guest)}</span>
            </div>
          ))}
        </div>
        {isEmpty && (
          <div class="empty">
            <p>{t('guest.none', { text: query })}</p>
            <Button onClick={() => onNew(query)}>
              <Icon name="plus" />
              {t('guest.new')}
            </Button>
          </div>
        )}
        {isSearching && found?.hasMore === true && <p class="guests-more">{t('guest.more')}</p>}
        {!isSearching && recent.length === 0 && <p class="empty">{t('guest.pickHelp')}</p>}
      </div>
    </Panel>
  );
}

/** How else a guest is known: two people may have one name. */
export function contactOf({ email_address, phone_number }: Guest): string {
  return [email_address, phone_number].filter((part) => part !== undefined).join(' · ');
}

interface Found {
  readonly query: string;
  readonly guests: readonly Guest[];
  readonly hasMore: boolean;
}

/** What the desk has for a text; the last answer stays until the next is there, so that nothing flickers. */
function useFound(text: string): Found | null {
  const { desk } = useDesk();
  const [found, setFound] = useState<Found | null>(null);
  useEffect(() => {
    const query = text.trim();
    if (query === '') {
      setFound(null);
      return;
    }
    const stop = new AbortController();
    const later = setTimeout(async () => {
      try {
        const terms = { search: query, limit: MOST_RESULTS + 1 };
        const answer = await desk.request('/acs/users/list', terms, stop.signal);
        const guests = byWhatIsSeen(listOf(answer, 'acs_users', isGuest), query);
        if (stop.signal.aborted) return;
        setFound({ query, guests: guests.slice(0, MOST_RESULTS), hasMore: guests.length > MOST_RESULTS });
      } catch (error) {
        // A newer text is asked for, or the connection is lost: the head of the page says so.
        if (!(error instanceof Error)) throw error;
      }
    }, DEBOUNCE_MS);
    return () => {
      clearTimeout(later);
      stop.abort();
    };
  }, [text, desk]);
  return found;
}

/** Those who were chosen here, then those who had to do with a card today; of each the last one first. */
function useRecent(visited: readonly string[]): readonly Guest[] {
  const { picture, want } = useDesk();
  const subjects = picture.attempts.map((attempt) => subjectOf(attempt, picture));
  const ids = [...new Set([...visited, ...subjects.flatMap(({ guestId }) => guestId ?? [])])].slice(
    0,
    MOST_RECENT,
  );
  const wanted = ids.join();
  useEffect(() => want({ guests: wanted === '' ? [] : wanted.split(',') }), [wanted, want]);
  return ids.flatMap((id) => picture.guests.get(id) ?? []);
}
