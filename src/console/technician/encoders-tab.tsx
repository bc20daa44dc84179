import { useCallback, useEffect } from 'preact/hooks';
import type { Encoder } from '../../client/client.ts';
import { Button } from '../components/button.tsx';
import { Empty } from '../components/empty.tsx';
import { Panel } from '../components/panel.tsx';
import { Status, type Tone } from '../components/status.tsx';
import { useNow } from '../components/use-now.ts';
import { useDesk } from '../desk.tsx';
import { keyOfCode } from '../error-words.ts';
import { listOf } from '../wire.ts';
import { useWords } from '../words.tsx';
import { Facts } from './facts.tsx';
import { tabHref } from './tabs.ts';
import { technologyName } from './technologies.ts';
import { lengthOf } from './times.ts';
import { useAsked } from './use-asked.ts';
import { useOrder } from './use-order.ts';
import { type EncoderHealth, isEncoderHealth, isEndedAttempt } from './wire.ts';

const EVERY_MS = 15_000;
const SOON_MS = 1000;

/** How each encoder is doing. */
export function EncodersTab() {
  const { t } = useWords();
  const { desk, picture } = useDesk();
  const ask = useCallback(
    async () => listOf(await desk.request('/v1/encoders/list_health'), 'encoder_health', isEncoderHealth),
    [desk],
  );
  const { value: health, again } = useAsked(ask, EVERY_MS);
  useEffect(() => {
    let soon: ReturnType<typeof setTimeout> | undefined;
    const end = desk.on('encoder.changed', () => {
      // It changes when it comes or goes, and around each attempt; counting a week of those costs the daemon some milliseconds.
      soon ??= setTimeout(() => {
        soon = undefined;
        again();
      }, SOON_MS);
    });
    return () => {
      clearTimeout(soon);
      end();
    };
  }, [desk, again]);
  if (picture.encoders.length === 0) return <Empty>{t('encoder.none')}</Empty>;
  return (
    <ul class="health-list">
      {picture.encoders.map((encoder) => (
        <li key={encoder.acs_encoder_id}>
          <HealthPanel
            encoder={encoder}
            health={health?.find(({ acs_encoder_id }) => acs_encoder_id === encoder.acs_encoder_id) ?? null}
          />
        </li>
      ))}
    </ul>
  );
}

const TONES = { online: 'good', busy: 'busy', offline: 'bad' } as const satisfies Record<string, Tone>;

interface HealthPanelProps {
  readonly encoder: Encoder;
  /** Null: not told yet. */
  readonly health: EncoderHealth | null;
}

function HealthPanel({ encoder, health }: HealthPanelProps) {
  const words = useWords();
  const { t, count, moment, list } = words;
  const { picture } = useDesk();
  const order = useOrder();
  const now = useNow(30_000);
  const zone = picture.site?.timeZone;
  const { acs_encoder_id, display_name, state, driver, capabilities } = encoder;
  const card = picture.cards.get(acs_encoder_id);
  const inspect = async () => {
    const answer = await order('/v1/encoders/inspect_card', { acs_encoder_id });
    const attempt: unknown = answer === null ? null : Reflect.get(answer, 'action_attempt');
    if (isEndedAttempt(attempt)) location.hash = tabHref('attempts', attempt.action_attempt_id);
  };
  const failure = health?.last_failure ?? null;
  const since = health?.state_since ?? null;
  return (
    <Panel title={display_name} actions={<Status tone={TONES[state]} text={t(`encoder.${state}`)} />}>
      <Tally health={health} />
      <Facts
        facts={[
          [
            t('technician.encoders.since'),
            since === null
              ? t('technician.encoders.notSeen')
              : t('technician.encoders.sinceTime', {
                  moment: moment(since, zone),
                  length: lengthOf(since, now, words),
                }),
          ],
          [
            t('technician.encoders.lost'),
            health === null ? '…' : count('technician.encoders.times', health.lost_count),
          ],
          [t('technician.encoders.health'), health === null ? '…' : <Wear health={health} />],
          [t('technician.encoders.driver'), driver],
          [t('technician.encoders.kinds'), list(capabilities.card_technologies.map(technologyName))],
          [
            t('encoder.card'),
            card === undefined ? '–' : `${technologyName(card.technology)} ${card.card_number}`,
          ],
          [
            t('technician.encoders.lastFailure'),
            failure === null ? (
              t('technician.encoders.noFailure')
            ) : (
              <>
                <a href={tabHref('attempts', failure.action_attempt_id)}>{moment(failure.failed_at, zone)}</a>{' '}
                {t(keyOfCode(failure.reason) ?? 'failure.unknown')} <code>{failure.reason}</code>
              </>
            ),
          ],
        ]}
      />
      <div class="health-actions">
        <Button
          size="small"
          isDisabled={state !== 'online'}
          label={t('technician.encoders.inspectAt', { encoder: display_name })}
          onClick={() => void inspect()}
        >
          {t('technician.encoders.inspect')}
        </Button>
      </div>
    </Panel>
  );
}

const HEALTH_TONES = {
  unknown: 'neutral',
  good: 'good',
  watch: 'warn',
  replace: 'bad',
} as const satisfies Record<string, Tone>;

/** Whether it wears out, by what, and what to do. */
function Wear({ health: { health, strain } }: { readonly health: EncoderHealth }) {
  const { t, count } = useWords();
  const { word, sign } = health;
  return (
    <>
      <Status tone={HEALTH_TONES[word]} text={t(`technician.health.${word}`)} />
      {sign === null ? null : <p class="quiet">{count(`technician.health.${sign}`, strain[sign])}</p>}
    </>
  );
}

/** The attempts of the last seven days: how many, and why those failed that did. */
function Tally({ health }: { readonly health: EncoderHealth | null }) {
  const { t, count } = useWords();
  const { succeeded = 0, failed = 0 } = health?.attempts ?? {};
  const ended = succeeded + failed;
  return (
    <div class="tally">
      <p class="tally-numbers">
        <strong>{succeeded}</strong> {count('technician.encoders.succeeded', succeeded)}
        <strong>{failed}</strong> {count('technician.encoders.failed', failed)}
        <span class="quiet">{t('technician.encoders.week')}</span>
      </p>
      <meter
        class="tally-bar"
        aria-label={t('technician.encoders.share')}
        min={0}
        max={Math.max(1, ended)}
        value={ended === 0 ? 0 : succeeded}
      />
      <ul class="tally-reasons">
        {health?.failures.map(({ reason, count: times }) => (
          <li key={reason}>
            <span class="digits">{times}×</span> <code>{reason}</code>
          </li>
        ))}
      </ul>
    </div>
  );
}
