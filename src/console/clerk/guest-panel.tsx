import { useLayoutEffect, useRef } from 'preact/hooks';
import { Button } from '../components/button.tsx';
import { Icon } from '../components/icon.tsx';
import { Status } from '../components/status.tsx';
import { useToast } from '../components/toast.tsx';
import { asDeskError } from '../connection.ts';
import { useDesk } from '../desk.tsx';
import { wordsOfError } from '../error-words.ts';
import type { Words } from '../i18n.ts';
import type { Guest, GuestKey } from '../wire.ts';
import { useWords } from '../words.tsx';
import { contactOf } from './guest-search.tsx';
import { isKeyOver, keyTitle, keyTrouble } from './key-words.ts';
import { type KeyAndDoors, useKeys } from './use-keys.ts';

interface GuestPanelProps {
  readonly guest: Guest;
  /** Whether an encoder is there to work with. */
  readonly canWork: boolean;
  readonly onAssign: () => void;
  readonly onNewKey: () => void;
  readonly onWrite: (key: GuestKey, replacesLostCard: boolean) => void;
}

/** A guest, what can be done for them, and what they have. */
export function GuestPanel({ guest, canWork, onAssign, onNewKey, onWrite }: GuestPanelProps) {
  const words = useWords();
  const { t } = words;
  const keys = useKeys(guest.acs_user_id);
  const name = useRef<HTMLHeadingElement>(null);
  const id = guest.acs_user_id;
  // Before anything else is pressed: what is typed next must not go elsewhere.
  useLayoutEffect(() => name.current?.focus(), [id]);
  const contact = contactOf(guest);
  return (
    <section class="panel guest" aria-labelledby="guest-name">
      <div class="guest-head">
        <span class="guest-face" aria-hidden="true">
          {initialsOf(guest.full_name)}
        </span>
        <div class="guest-who">
          <h2 id="guest-name" ref={name} tabIndex={-1}>
            {guest.full_name}
          </h2>
          {contact !== '' && <p class="quiet">{contact}</p>}
        </div>
        {guest.is_suspended && <Status tone="warn" text={t('guest.suspended')} />}
      </div>
      <div class="guest-actions">
        <button type="button" class="action action-primary" disabled={!canWork} onClick={onNewKey}>
          <Icon name="key" />
          <span class="action-name">{t('action.room')}</span>
          <span class="action-help">{t('action.roomHelp')}</span>
        </button>
        <button type="button" class="action" disabled={!canWork} onClick={onAssign}>
          <Icon name="card" />
          <span class="action-name">{t('action.assign')}</span>
          <span class="action-help">{t('action.assignHelp')}</span>
        </button>
      </div>
      <h3 class="guest-keys-title" id="guest-keys">
        {t('key.title')}
      </h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached without a mouse (WCAG 2.1.1). */}
      <section class="keys" aria-labelledby="guest-keys" tabIndex={0} aria-busy={keys === null}>
        {keys?.length === 0 && <p class="quiet">{t('key.none')}</p>}
        <ul>
          {(keys ?? []).map((found) => (
            <KeyRow
              key={found.key.acs_credential_id}
              found={found}
              words={words}
              canWork={canWork}
              onWrite={onWrite}
            />
          ))}
        </ul>
      </section>
    </section>
  );
}

interface KeyRowProps extends Pick<GuestPanelProps, 'canWork' | 'onWrite'> {
  readonly found: KeyAndDoors;
  readonly words: Words;
}

function KeyRow({ found: { key, doors }, words, canWork, onWrite }: KeyRowProps) {
  const { t, list, moment } = words;
  const { desk, picture } = useDesk();
  const show = useToast();
  const drop = () => {
    desk
      .request('/acs/credentials/delete', { acs_credential_id: key.acs_credential_id })
      .catch((error: unknown) => show({ text: wordsOfError(asDeskError(error), words), isBad: true }));
  };
  const isOver = isKeyOver(key, Date.now());
  const trouble = keyTrouble(key);
  const title = keyTitle(key, words);
  const until =
    key.ends_at === undefined
      ? t('key.always')
      : t('key.until', { until: moment(key.ends_at, picture.site?.timeZone) });
  const isCard = key.access_method === 'card';
  const isWritten = key.is_issued && key.card_format !== undefined && key.card_format !== 'uid_only';
  return (
    <li class={`key${isOver ? ' key-over' : ''}`}>
      <div class="key-what">
        <span class="key-doors">{doors.length === 0 ? title : list(doors)}</span>
        <span class="quiet">
          {[...(doors.length === 0 ? [] : [title]), isOver ? t('key.over') : until].join(' · ')}
        </span>
      </div>
      {trouble !== null && <Status tone="warn" text={t(trouble)} />}
      {isCard && !isOver && !key.is_issued && (
        <>
          <Button size="small" isDisabled={!canWork} onClick={() => onWrite(key, false)}>
            {t('key.write')}
          </Button>
          <Button size="small" kind="quiet" onClick={drop}>
            {t('key.delete')}
          </Button>
        </>
      )}
      {isCard && !isOver && isWritten && (
        <>
          {trouble !== null && (
            <Button size="small" isDisabled={!canWork} onClick={() => onWrite(key, false)}>
              {t('key.writeAgain')}
            </Button>
          )}
          <Button size="small" kind="quiet" isDisabled={!canWork} onClick={() => onWrite(key, true)}>
            {t('key.replace')}
          </Button>
        </>
      )}
    </li>
  );
}

/** `AL` of Ada Lovelace. */
function initialsOf(name: string): string {
  const parts = name.split(/\s+/).filter((part) => /^\p{L}/u.test(part));
  const ends = parts.length < 2 ? parts : [parts[0], parts.at(-1)];
  return ends
    .map((part) => [...(part ?? '')][0] ?? '')
    .join('')
    .toLocaleUpperCase();
}
