import { useCallback, useEffect, useMemo, useState } from 'preact/hooks';
import { Button } from '../components/button.tsx';
import { Empty } from '../components/empty.tsx';
import { Field } from '../components/field.tsx';
import { Status } from '../components/status.tsx';
import { useDesk } from '../desk.tsx';
import { listOf } from '../wire.ts';
import { useWords } from '../words.tsx';
import { AttemptDetail } from './attempt-detail.tsx';
import { actionWords, STATUS_TONES } from './attempt-words.ts';
import { tabHref } from './tabs.ts';
import type { Timelines } from './timelines.ts';
import { clockTime } from './times.ts';
import { type EndedAttempt, isEndedAttempt } from './wire.ts';

const PAGE = 50;

interface AttemptsTabProps {
  /** The id of the one that is looked at; undefined: none is. */
  readonly chosen: string | undefined;
  readonly timelines: Timelines;
}

/** Every attempt, the newest first, and how it went. */
export function AttemptsTab({ chosen, timelines }: AttemptsTabProps) {
  const words = useWords();
  const { t } = words;
  const { picture } = useDesk();
  const { attempts, hasMore, loadMore } = useAttempts();
  const [text, setText] = useState('');
  const nameOf = (id: string) =>
    picture.encoders.find(({ acs_encoder_id }) => acs_encoder_id === id)?.display_name ?? id;
  const wanted = text.trim().toLowerCase();
  const shown = attempts.filter((attempt) =>
    `${attempt.action_attempt_id} ${actionWords(attempt, words)} ${nameOf(attempt.acs_encoder_id)} ${attempt.status} ${attempt.error?.reason ?? ''} ${attempt.requested_by ?? ''}`
      .toLowerCase()
      .includes(wanted),
  );
  return (
    <div class="attempts">
      <div class="attempts-side">
        <Field label={t('technician.filter')} type="search" value={text} onInput={setText} />
        <nav class="attempts-list" aria-label={t('technician.attempts.title')}>
          {shown.length === 0 && <Empty>{t('technician.attempts.none')}</Empty>}
          <ul>
            {shown.map((attempt) => (
              <li key={attempt.action_attempt_id}>
                <AttemptLink
                  attempt={attempt}
                  encoder={nameOf(attempt.acs_encoder_id)}
                  isChosen={attempt.action_attempt_id === chosen}
                />
              </li>
            ))}
          </ul>
          {hasMore && (
            <Button kind="quiet" size="small" onClick={loadMore}>
              {t('technician.attempts.more')}
            </Button>
          )}
        </nav>
      </div>
      {chosen === undefined ? (
        <Empty>{t('technician.attempts.choose')}</Empty>
      ) : (
        <AttemptDetail
          key={chosen}
          id={chosen}
          known={attempts.find(({ action_attempt_id }) => action_attempt_id === chosen)}
          steps={timelines.get(chosen) ?? []}
          encoder={nameOf}
        />
      )}
    </div>
  );
}

interface AttemptLinkProps {
  readonly attempt: EndedAttempt;
  readonly encoder: string;
  readonly isChosen: boolean;
}

function AttemptLink({ attempt, encoder, isChosen }: AttemptLinkProps) {
  const words = useWords();
  const { t } = words;
  const { picture } = useDesk();
  const { status, created_at, error } = attempt;
  return (
    <a
      class="attempt-link"
      href={tabHref('attempts', attempt.action_attempt_id)}
      aria-current={isChosen ? 'true' : undefined}
    >
      <span class="attempt-what">{actionWords(attempt, words)}</span>
      <Status tone={STATUS_TONES[status]} text={t(`technician.status.${status}`)} />
      <span class="attempt-when digits">
        {clockTime(created_at, words, picture.site?.timeZone).slice(0, 8)} · {encoder}
      </span>
      {error !== null && <code class="attempt-reason">{error.reason}</code>}
    </a>
  );
}

/** All attempts as far as they were asked for, kept up to date. */
function useAttempts() {
  const { desk } = useDesk();
  const [byId, setById] = useState<ReadonlyMap<string, EndedAttempt>>(new Map());
  const [cursor, setCursor] = useState<string | null>(null);
  const note = useCallback((news: readonly EndedAttempt[]) => {
    setById((before) => {
      const after = new Map(before);
      for (const attempt of news) {
        // A list that was asked for before an attempt ended may come after the news of its end.
        const known = after.get(attempt.action_attempt_id);
        if (known === undefined || known.status === 'pending') after.set(attempt.action_attempt_id, attempt);
      }
      return after;
    });
  }, []);
  const load = useCallback(
    async (page_cursor?: string) => {
      const terms = { order: 'newest_first', all_kinds: true, limit: PAGE };
      const answer = await desk
        .request('/action_attempts/list', page_cursor === undefined ? terms : { ...terms, page_cursor })
        .catch(() => null);
      if (answer === null) return;
      note(listOf(answer, 'action_attempts', isEndedAttempt));
      const next: unknown = Object(answer['pagination']).next_page_cursor;
      setCursor(typeof next === 'string' ? next : null);
    },
    [desk, note],
  );
  useEffect(() => {
    void load();
    const ends = [
      desk.on('action_attempt.changed', ({ action_attempt }) => note([action_attempt])),
      desk.on('resync_needed', () => void load()),
    ];
    return () => {
      for (const end of ends) end();
    };
  }, [desk, load, note]);
  const attempts = useMemo(
    () => [...byId.values()].toSorted((a, b) => b.created_at.localeCompare(a.created_at)),
    [byId],
  );
  return { attempts, hasMore: cursor !== null, loadMore: () => void (cursor !== null && load(cursor)) };
}
