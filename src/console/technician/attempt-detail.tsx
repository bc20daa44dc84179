import { useEffect, useState } from 'preact/hooks';
import { Button } from '../components/button.tsx';
import { Empty } from '../components/empty.tsx';
import { Panel } from '../components/panel.tsx';
import { Status } from '../components/status.tsx';
import { asDeskError } from '../connection.ts';
import { useDesk } from '../desk.tsx';
import { keyOfCode } from '../error-words.ts';
import { isMessageKey } from '../i18n.ts';
import { oneOf } from '../wire.ts';
import { useWords } from '../words.tsx';
import { actionWords, STATUS_TONES } from './attempt-words.ts';
import { Facts } from './facts.tsx';
import type { Step } from './timelines.ts';
import { clockTime, secondsBetween } from './times.ts';
import { useOrder } from './use-order.ts';
import { type EndedAttempt, isEndedAttempt } from './wire.ts';

interface AttemptDetailProps {
  readonly id: string;
  /** As the list has it; undefined: it has it not. */
  readonly known: EndedAttempt | undefined;
  readonly steps: readonly Step[];
  readonly encoder: (id: string) => string;
}

/** One attempt: what happened when, and what came of it. */
export function AttemptDetail({ id, known, steps, encoder }: AttemptDetailProps) {
  const words = useWords();
  const { t } = words;
  const { desk, picture } = useDesk();
  const order = useOrder();
  const [found, setFound] = useState<EndedAttempt | 'gone' | null>(null);
  const isKnown = known !== undefined;
  useEffect(() => {
    if (isKnown) return;
    let isOver = false;
    desk.request('/action_attempts/get', { action_attempt_id: id }).then(
      (answer) => !isOver && setFound(oneOf(answer, 'action_attempt', isEndedAttempt)),
      (error: unknown) =>
        !isOver && asDeskError(error).code === 'action_attempt_not_found' && setFound('gone'),
    );
    return () => {
      isOver = true;
    };
  }, [desk, id, isKnown]);
  const attempt = known ?? found;
  if (attempt === 'gone') return <Empty>{t('technician.attempts.gone')}</Empty>;
  if (attempt === null) return <Empty>{t('app.loading')}</Empty>;
  const { status, error } = attempt;
  const zone = picture.site?.timeZone;
  const cancel = () => {
    void order(
      '/action_attempts/cancel',
      { action_attempt_id: id },
      { action_attempt_not_found: 'technician.attempts.notYours' },
    );
  };
  return (
    <Panel
      kind="attempt-detail"
      title={actionWords(attempt, words)}
      actions={<Status tone={STATUS_TONES[status]} text={t(`technician.status.${status}`)} />}
    >
      {error !== null && (
        <p class="attempt-error">
          {t(keyOfCode(error.reason) ?? 'failure.unknown')} <code>{error.reason}</code>
        </p>
      )}
      <Facts
        facts={[
          [t('technician.attempts.encoder'), encoder(attempt.acs_encoder_id)],
          [t('history.by'), attempt.requested_by ?? '–'],
          [t('technician.attempts.id'), <code key="id">{id}</code>],
          [t('technician.attempts.expires'), clockTime(attempt.expires_at, words, zone)],
        ]}
      />
      <Timeline attempt={attempt} steps={steps} />
      <div class="attempt-actions">
        <Button size="small" kind="danger" isDisabled={status !== 'pending'} onClick={cancel}>
          {t('technician.attempts.cancel')}
        </Button>
      </div>
      <details class="json">
        <summary>{t('technician.attempts.json')}</summary>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached without a mouse (WCAG 2.1.1). */}
        <pre tabIndex={0}>{JSON.stringify(attempt, null, 2)}</pre>
      </details>
    </Panel>
  );
}

interface Mark {
  readonly key: string;
  readonly at: number;
  readonly text: string;
  readonly tone: 'good' | 'bad' | 'plain';
}

/** From when it was asked for, which the daemon tells, over what this page saw, to its end. */
function Timeline({ attempt, steps }: { readonly attempt: EndedAttempt; readonly steps: readonly Step[] }) {
  const words = useWords();
  const { t } = words;
  const { picture } = useDesk();
  const created = Date.parse(attempt.created_at);
  const end = attempt.status === 'success' ? 'good' : 'bad';
  const seen = steps.filter(({ phase }) => phase !== 'queued');
  const hasEnd = seen.some(({ phase }) => phase === 'succeeded' || phase === 'failed');
  const toldEnd =
    !hasEnd && attempt.ended_at !== undefined && attempt.status !== 'pending'
      ? [
          {
            key: 'end',
            at: Date.parse(attempt.ended_at),
            text: t(`technician.phase.${attempt.phase}`),
            tone: end,
          } as const,
        ]
      : [];
  const marks: readonly Mark[] = [
    { key: 'created', at: created, text: t('technician.phase.queued'), tone: 'plain' },
    ...seen.map(({ at, phase, hint, progress }, place): Mark => {
      const hintKey = `technician.hint.${hint}`;
      const steps = progress === undefined ? '' : ` ${progress.done}/${progress.total}`;
      const text =
        phase === 'awaiting_card' && isMessageKey(hintKey) ? t(hintKey) : t(`technician.phase.${phase}`);
      return {
        key: `${place}`,
        at: Math.max(at, created),
        text: `${text}${steps}`,
        tone: phase === 'succeeded' || phase === 'failed' ? end : 'plain',
      };
    }),
    ...toldEnd,
  ];
  return (
    <div class="timeline-box">
      <h3>{t('technician.attempts.timeline')}</h3>
      <ol class="timeline">
        {marks.map(({ key, at, text, tone }) => (
          <li key={key} class={`mark mark-${tone}`}>
            <span class="digits">{clockTime(at, words, picture.site?.timeZone)}</span>
            <span>{text}</span>
            <span class="quiet digits">{at === created ? '' : `+${secondsBetween(created, at, words)}`}</span>
          </li>
        ))}
      </ol>
      {steps.length === 0 && <p class="quiet">{t('technician.attempts.unseen')}</p>}
    </div>
  );
}
