import { useCallback, useEffect } from 'preact/hooks';
import { Button } from '../components/button.tsx';
import { Empty } from '../components/empty.tsx';
import { Panel } from '../components/panel.tsx';
import { Status, type Tone } from '../components/status.tsx';
import { useToast } from '../components/toast.tsx';
import { useDesk } from '../desk.tsx';
import { listOf, oneOf } from '../wire.ts';
import { useWords } from '../words.tsx';
import { AskedView } from './asked-view.tsx';
import { Facts } from './facts.tsx';
import { PairedDesks } from './paired-desks.tsx';
import { RefusedChanges } from './refused-changes.tsx';
import { useAsked } from './use-asked.ts';
import { useOrder } from './use-order.ts';
import { isRefusedChange, isSyncDetails, type SyncDetails } from './wire.ts';

const EVERY_MS = 5000;

/** How it stands with the property server, and what it refused. */
export function SyncTab() {
  const { desk } = useDesk();
  const ask = useCallback(async () => {
    const [status, refused] = await Promise.all([
      desk.request('/v1/sync/status'),
      desk.request('/v1/sync/refused'),
    ]);
    return {
      status: oneOf(status, 'sync', isSyncDetails),
      refused: listOf(refused, 'refused_changes', isRefusedChange),
    };
  }, [desk]);
  const asked = useAsked(ask, EVERY_MS);
  const { again } = asked;
  useEffect(() => desk.on('sync.changed', again), [desk, again]);
  return (
    <div class="stack">
      <AskedView asked={asked}>
        {({ status, refused }) => (
          <>
            <SyncPanel status={status} onChange={again} />
            <RefusedChanges changes={refused} onDecided={again} />
          </>
        )}
      </AskedView>
      {desk.scopes.includes('admin') && <PairedDesks />}
    </div>
  );
}

const TONES = {
  off: 'neutral',
  connecting: 'busy',
  working: 'good',
  offline: 'warn',
  stopped: 'bad',
} as const satisfies Record<string, Tone>;

interface SyncPanelProps {
  readonly status: SyncDetails;
  readonly onChange: () => void;
}

function SyncPanel({ status, onChange }: SyncPanelProps) {
  const { t, count, moment } = useWords();
  const { picture } = useDesk();
  const order = useOrder();
  const show = useToast();
  const zone = picture.site?.timeZone;
  const when = (at: string | null) => (at === null ? t('technician.never') : moment(at, zone));
  const { state, problem, mirror } = status;
  const run = async (
    path: string,
    params: object,
    done: 'technician.sync.triedAgain' | 'technician.sync.walks',
  ) => {
    if ((await order(path, params)) === null) return;
    show({ text: t(done) });
    onChange();
  };
  return (
    <Panel
      title={t('technician.sync.status')}
      actions={<Status tone={TONES[state]} text={t(`technician.sync.state.${state}`)} />}
    >
      {state === 'off' ? (
        <Empty>{t('technician.sync.off')}</Empty>
      ) : (
        <>
          {problem !== null && (
            <p class="sync-problem" role="alert">
              {problem.message}{' '}
              <span class="quiet">
                {t('technician.sync.since', { moment: moment(problem.since, zone) })}
                {problem.retry_at !== null &&
                  ` ${t('technician.sync.retryAt', { moment: moment(problem.retry_at, zone) })}`}
              </span>
            </p>
          )}
          <Facts
            facts={[
              [t('technician.sync.endpoint'), `${status.endpoint ?? '–'} (${status.protocol ?? '?'})`],
              [t('technician.sync.waiting'), status.waiting.toLocaleString()],
              [t('technician.sync.oldest'), when(status.oldest_waiting_at)],
              [t('technician.sync.delivered'), when(status.last_delivered_at)],
              [t('technician.sync.reached'), when(status.last_reached_at)],
              [
                t('technician.sync.mirror'),
                mirror.is_walking
                  ? count('technician.sync.walking', mirror.met_count)
                  : `${when(mirror.walked_at)} · ${count('technician.sync.held', mirror.held_count)}`,
              ],
            ]}
          />
          <div class="row">
            <Button
              size="small"
              onClick={() => void run('/v1/sync/retry', { all: true }, 'technician.sync.triedAgain')}
            >
              {t('technician.sync.tryNow')}
            </Button>
            <Button size="small" onClick={() => void run('/v1/sync/resync', {}, 'technician.sync.walks')}>
              {t('technician.sync.walk')}
            </Button>
          </div>
        </>
      )}
    </Panel>
  );
}
