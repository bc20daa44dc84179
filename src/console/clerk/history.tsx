import type { Attempt } from '../../client/client.ts';
import { Panel } from '../components/panel.tsx';
import { Status } from '../components/status.tsx';
import { Table } from '../components/table.tsx';
import { useDesk } from '../desk.tsx';
import { keyOfCode } from '../error-words.ts';
import { headlineOf, isMessageKey, type Words } from '../i18n.ts';
import { useWords } from '../words.tsx';
import { subjectOf } from './subject.ts';
import { SyncLine } from './sync-line.tsx';
import { useWanted } from './use-wanted.ts';

const MOST_SHOWN = 60;

/** What happened at the encoders today, the last first. */
export function History() {
  const words = useWords();
  const { t, time } = words;
  const { picture } = useDesk();
  const rows = picture.attempts
    .slice(0, MOST_SHOWN)
    .map((attempt) => ({ attempt, subject: subjectOf(attempt, picture) }));
  useWanted(rows.map(({ subject }) => subject));
  type Row = (typeof rows)[number];
  return (
    <Panel title={t('history.title')} kind="history" actions={<SyncLine />}>
      {rows.length === 0 ? (
        <p class="quiet">{t('history.none')}</p>
      ) : (
        <Table<Row>
          caption={t('history.title')}
          rows={rows}
          keyOf={({ attempt }) => attempt.action_attempt_id}
          columns={[
            {
              key: 'time',
              title: t('history.time'),
              cell: ({ attempt }) => (
                <time class="digits" dateTime={attempt.created_at}>
                  {time(attempt.created_at, picture.site?.timeZone)}
                </time>
              ),
            },
            { key: 'what', title: t('history.what'), cell: ({ attempt }) => whatOf(attempt, words) },
            {
              key: 'guest',
              title: t('history.guest'),
              cell: ({ subject }) => subject.guestName ?? '–',
            },
            {
              key: 'card',
              title: t('history.card'),
              cell: ({ subject }) => <span class="digits">{subject.cardNumber ?? '–'}</span>,
            },
            {
              key: 'outcome',
              title: t('history.outcome'),
              cell: ({ attempt }) => (
                <Outcome attempt={attempt} isUndone={picture.undone.has(attempt.action_attempt_id)} />
              ),
            },
          ]}
        />
      )}
    </Panel>
  );
}

function whatOf({ action_type }: Attempt, { t }: Words): string {
  const key = `history.action.${action_type}`;
  return isMessageKey(key) ? t(key) : action_type;
}

interface OutcomeProps {
  readonly attempt: Attempt;
  readonly isUndone: boolean;
}

function Outcome({ attempt: { status, error }, isUndone }: OutcomeProps) {
  const { t } = useWords();
  if (isUndone) return <Status tone="neutral" text={t('history.undone')} />;
  switch (status) {
    case 'pending':
      return <Status tone="busy" text={t('history.pending')} />;
    case 'success':
      return <Status tone="good" text={t('history.success')} />;
    case 'error': {
      const reason = error?.reason ?? 'unknown';
      const isNothing = reason === 'cancelled' || reason === 'superseded';
      const { headline } = headlineOf(t(keyOfCode(reason) ?? 'failure.unknown'));
      return <Status tone={isNothing ? 'neutral' : 'bad'} text={headline} />;
    }
  }
}
