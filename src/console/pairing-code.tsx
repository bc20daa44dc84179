import { useState } from 'preact/hooks';
import { Button } from './components/button.tsx';
import { useToast } from './components/toast.tsx';
import { asDeskError } from './connection.ts';
import { useDesk } from './desk.tsx';
import { wordsOfError } from './error-words.ts';
import { isWaitingPage, listOf, type WaitingPage } from './wire.ts';
import { useWords } from './words.tsx';

/** The code of a page that asks, once somebody wants to see it: a code that was shown is good, so none is shown by itself. */
export function PairingCode({ page: { pairing_id, origin } }: { readonly page: WaitingPage }) {
  const words = useWords();
  const { t } = words;
  const { desk } = useDesk();
  const show = useToast();
  /** Undefined: nobody asked for it; null: this page may not see it. */
  const [code, setCode] = useState<string | null | undefined>(undefined);
  const ask = async () => {
    try {
      const answer = await desk.request('/v1/pairing/list', { pairing_id, show_codes: true });
      const page = listOf(answer, 'pairings', isWaitingPage).find((one) => one.pairing_id === pairing_id);
      if (page !== undefined) setCode(page.code);
    } catch (error) {
      show({ text: wordsOfError(asDeskError(error), words), isBad: true });
    }
  };
  if (code === undefined) {
    return (
      <Button size="small" label={t('pairing.showOf', { origin })} onClick={() => void ask()}>
        {t('pairing.show')}
      </Button>
    );
  }
  return code === null ? (
    <p class="quiet">{t('pairing.noCode')}</p>
  ) : (
    <p class="pairing-code" role="status">
      <span>{t('pairing.code')}</span> <strong>{`${code.slice(0, 3)} ${code.slice(3)}`}</strong>
    </p>
  );
}
