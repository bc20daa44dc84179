import { useState } from 'preact/hooks';
import { Button } from '../components/button.tsx';
import { Dialog } from '../components/dialog.tsx';
import { Field } from '../components/field.tsx';
import { asDeskError } from '../connection.ts';
import { useDesk } from '../desk.tsx';
import { wordsOfError } from '../error-words.ts';
import type { MessageKey } from '../i18n.ts';
import { type Guest, isGuest, oneOf } from '../wire.ts';
import { useWords } from '../words.tsx';
import { checkGuest, type GuestDraft, phoneOf } from './guest-draft.ts';

interface NewGuestDialogProps {
  /** What was searched for in vain is likely the name. */
  readonly name: string;
  readonly onMade: (guest: Guest) => void;
  readonly onClose: () => void;
}

/** Takes in somebody who is not here yet. */
export function NewGuestDialog({ name, onMade, onClose }: NewGuestDialogProps) {
  const words = useWords();
  const { t } = words;
  const { desk, picture } = useDesk();
  const [draft, setDraft] = useState<GuestDraft>(() =>
    name.includes('@') ? { name: '', email: name, phone: '' } : { name, email: '', phone: '' },
  );
  const [wasSent, setWasSent] = useState(false);
  const [isBusy, setIsBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const troubles = wasSent ? checkGuest(draft) : {};
  const told = (key: MessageKey | undefined) => (key === undefined ? undefined : t(key));
  const send = async () => {
    setWasSent(true);
    if (Object.keys(checkGuest(draft)).length > 0 || picture.site === null) return;
    setIsBusy(true);
    try {
      const answer = await desk.request('/acs/users/create', {
        acs_system_id: picture.site.systemId,
        full_name: draft.name.trim(),
        ...(draft.email.trim() === '' ? {} : { email_address: draft.email.trim() }),
        ...(draft.phone.trim() === '' ? {} : { phone_number: phoneOf(draft.phone) }),
      });
      onMade(oneOf(answer, 'acs_user', isGuest));
    } catch (error) {
      setFailure(wordsOfError(asDeskError(error), words));
      setIsBusy(false);
    }
  };
  return (
    <Dialog title={t('guest.new')} onClose={onClose}>
      <form
        class="form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        <Field
          label={t('guest.name')}
          value={draft.name}
          isRequired
          takesFocus
          error={told(troubles.name)}
          onInput={(next) => setDraft({ ...draft, name: next })}
        />
        <Field
          label={`${t('guest.email')} (${t('guest.optional')})`}
          type="email"
          value={draft.email}
          error={told(troubles.email)}
          onInput={(email) => setDraft({ ...draft, email })}
        />
        <Field
          label={`${t('guest.phone')} (${t('guest.optional')})`}
          type="tel"
          value={draft.phone}
          help={t('guest.phoneHelp')}
          error={told(troubles.phone)}
          onInput={(phone) => setDraft({ ...draft, phone })}
        />
        <p class="field-error" role="alert">
          {failure}
        </p>
        <div class="dialog-actions">
          <Button onClick={onClose}>{t('app.cancel')}</Button>
          <Button kind="primary" type="submit" isDisabled={isBusy}>
            {t('guest.create')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
