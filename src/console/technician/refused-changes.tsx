import { useState } from 'preact/hooks';
import { Button } from '../components/button.tsx';
import { Dialog } from '../components/dialog.tsx';
import { Empty } from '../components/empty.tsx';
import { Panel } from '../components/panel.tsx';
import { useToast } from '../components/toast.tsx';
import { useDesk } from '../desk.tsx';
import { isMessageKey } from '../i18n.ts';
import { useWords } from '../words.tsx';
import { useOrder } from './use-order.ts';
import type { RefusedChange } from './wire.ts';

/** What a person can decide; those that lose something here are asked twice. */
const CHOICES = [
  { choice: 'retry', path: '/v1/sync/retry', kind: 'primary', losesSomething: false },
  { choice: 'drop', path: '/v1/sync/drop', kind: 'secondary', losesSomething: true },
  { choice: 'theirs', path: '/v1/sync/take_theirs', kind: 'danger', losesSomething: true },
] as const;

type Choice = (typeof CHOICES)[number];

interface RefusedChangesProps {
  readonly changes: readonly RefusedChange[];
  readonly onDecided: () => void;
}

/** The changes that wait for a person's decision. */
export function RefusedChanges({ changes, onDecided }: RefusedChangesProps) {
  const { t } = useWords();
  return (
    <Panel title={t('technician.refused.title')}>
      {changes.length === 0 ? (
        <Empty>{t('technician.refused.none')}</Empty>
      ) : (
        <ul class="refused">
          {changes.map((change) => (
            <li key={change.message_id}>
              <Refused change={change} onDecided={onDecided} />
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

interface RefusedProps {
  readonly change: RefusedChange;
  readonly onDecided: () => void;
}

function Refused({ change, onDecided }: RefusedProps) {
  const { t, count, list, moment } = useWords();
  const { picture } = useDesk();
  const order = useOrder();
  const show = useToast();
  const [asking, setAsking] = useState<Choice | null>(null);
  const kind = `technician.thing.${change.resource_type}`;
  const thing = t('technician.refused.thing', {
    kind: isMessageKey(kind) ? t(kind) : change.resource_type,
    name: change.name ?? change.resource_id,
  });
  const decide = async ({ choice, path }: Choice) => {
    setAsking(null);
    if ((await order(path, { message_id: change.message_id })) === null) return;
    show({ text: t(`technician.refused.${choice}.done`) });
    onDecided();
  };
  return (
    <article class="refused-change" aria-label={thing}>
      <h3>{t(`technician.refused.${change.action}`, { thing })}</h3>
      {change.holder_name !== null && <p>{t('technician.refused.of', { name: change.holder_name })}</p>}
      <p>{change.message}</p>
      <p class="quiet">
        {moment(change.refused_at, picture.site?.timeZone)} · <code>{change.code}</code>
        {change.changed_fields.length > 0 && ` · ${list(change.changed_fields)}`}
        {change.waiting_behind_count > 0 &&
          ` · ${count('technician.refused.behind', change.waiting_behind_count)}`}
      </p>
      <div class="refused-choices">
        {CHOICES.map((one) => (
          <div key={one.choice} class="refused-choice">
            <Button
              size="small"
              kind={one.kind}
              onClick={() => (one.losesSomething ? setAsking(one) : void decide(one))}
            >
              {t(`technician.refused.${one.choice}`)}
            </Button>
            <span class="quiet">{t(`technician.refused.${one.choice}.help`)}</span>
          </div>
        ))}
      </div>
      {asking !== null && (
        <Dialog title={t(`technician.refused.${asking.choice}`)} onClose={() => setAsking(null)}>
          <p>{thing}</p>
          <p>{t(`technician.refused.${asking.choice}.help`)}</p>
          <div class="dialog-actions">
            <Button onClick={() => setAsking(null)}>{t('app.cancel')}</Button>
            <Button kind="danger" takesFocus onClick={() => void decide(asking)}>
              {t(`technician.refused.${asking.choice}`)}
            </Button>
          </div>
        </Dialog>
      )}
    </article>
  );
}
