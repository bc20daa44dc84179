import { useState } from 'preact/hooks';
import { Button } from './components/button.tsx';
import { useToast } from './components/toast.tsx';
import { asDeskError } from './connection.ts';
import { useDesk } from './desk.tsx';
import { wordsOfError } from './error-words.ts';
import type { WaitingPage } from './wire.ts';
import { useWords } from './words.tsx';

/** Pages that ask to be let in, in the corner: whoever is at work on a card is not interrupted. */
export function WaitingPages() {
  const { picture } = useDesk();
  const [later, setLater] = useState<readonly string[]>([]);
  const shown = picture.waitingPages.filter(({ pairing_id }) => !later.includes(pairing_id));
  return (
    <div class="waiting-pages" aria-live="polite">
      {shown.map((page) => (
        <Waiting key={page.pairing_id} page={page} onLater={() => setLater([...later, page.pairing_id])} />
      ))}
    </div>
  );
}

function Waiting({ page, onLater }: { readonly page: WaitingPage; readonly onLater: () => void }) {
  const words = useWords();
  const { t, list } = words;
  const { desk } = useDesk();
  const show = useToast();
  const refuse = () => {
    desk
      .request('/v1/pairing/refuse', { pairing_id: page.pairing_id })
      .catch((error: unknown) => show({ text: wordsOfError(asDeskError(error), words), isBad: true }));
  };
  const scopes = list(page.scopes.map((scope) => t(`scope.${scope}`)));
  return (
    <section class="waiting-page" role="dialog" aria-label={t('pairing.title')}>
      <h2 class="panel-title">{t('pairing.title')}</h2>
      <p>{t('pairing.wants', { origin: page.origin, scopes })}</p>
      {page.code === null ? (
        <p class="quiet">{t('pairing.noCode')}</p>
      ) : (
        <p class="waiting-code">
          <span>{t('pairing.code')}</span> <strong>{spaced(page.code)}</strong>
        </p>
      )}
      <p class="quiet">{t('pairing.expect')}</p>
      <div class="dialog-actions">
        <Button size="small" kind="danger" onClick={refuse}>
          {t('pairing.refuse')}
        </Button>
        <Button size="small" onClick={onLater}>
          {t('pairing.later')}
        </Button>
      </div>
    </section>
  );
}

/** `123 456` */
function spaced(code: string): string {
  return `${code.slice(0, 3)} ${code.slice(3)}`;
}
