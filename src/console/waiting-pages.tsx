import { useState } from 'preact/hooks';
import { Button } from './components/button.tsx';
import { Dialog } from './components/dialog.tsx';
import { useToast } from './components/toast.tsx';
import { asDeskError } from './connection.ts';
import { useDesk } from './desk.tsx';
import { wordsOfError } from './error-words.ts';
import { PairingCode } from './pairing-code.tsx';
import type { WaitingPage } from './wire.ts';
import { useWords } from './words.tsx';

/**
 * One line below the page that says how many pages ask to be let in. Any page on the web may ask: the line covers nothing, and more is
 * told only to whoever opens it.
 */
export function WaitingPages() {
  const { t, count } = useWords();
  const { picture } = useDesk();
  const [isOpen, setIsOpen] = useState(false);
  const refuse = useRefuse();
  const pages = picture.waitingPages;
  const close = () => setIsOpen(false);
  return (
    <>
      <div class="waiting-pages" aria-live="polite">
        {pages.length > 0 && (
          <section class="waiting-line" aria-label={t('pairing.title')}>
            <span>{count('pairing.asking', pages.length)}</span>
            <Button size="small" onClick={() => setIsOpen(true)}>
              {t('pairing.look')}
            </Button>
          </section>
        )}
      </div>
      {isOpen && (
        <Dialog title={t('pairing.title')} onClose={close}>
          {pages.length === 0 && <p class="quiet">{t('pairing.none')}</p>}
          <ul class="waiting-requests">
            {pages.map((page) => (
              <li class="waiting-request" key={page.pairing_id}>
                <Waiting page={page} onRefuse={() => refuse([page])} />
              </li>
            ))}
          </ul>
          <div class="dialog-actions">
            {pages.length > 1 && (
              <Button kind="danger" onClick={() => refuse(pages)}>
                {t('pairing.refuseAll')}
              </Button>
            )}
            <Button onClick={close}>{t('app.close')}</Button>
          </div>
        </Dialog>
      )}
    </>
  );
}

/** Refuses pages. What is gone already was refused by somebody else, or asked too long ago. */
export function useRefuse(): (pages: readonly WaitingPage[]) => void {
  const words = useWords();
  const { desk } = useDesk();
  const show = useToast();
  return (pages) => {
    for (const { pairing_id } of pages) {
      desk.request('/v1/pairing/refuse', { pairing_id }).catch((reason: unknown) => {
        const error = asDeskError(reason);
        if (error.code !== 'pairing_not_found') show({ text: wordsOfError(error, words), isBad: true });
      });
    }
  };
}

function Waiting({ page, onRefuse }: { readonly page: WaitingPage; readonly onRefuse: () => void }) {
  const { t, list } = useWords();
  const scopes = list(page.scopes.map((scope) => t(`scope.${scope}`)));
  return (
    <>
      <p>{t('pairing.wants', { origin: page.origin, scopes })}</p>
      <p class="quiet">{t('pairing.expect')}</p>
      <div class="waiting-choices">
        <PairingCode page={page} />
        <Button
          size="small"
          kind="danger"
          label={t('pairing.refuseOf', { origin: page.origin })}
          onClick={onRefuse}
        >
          {t('pairing.refuse')}
        </Button>
      </div>
    </>
  );
}
