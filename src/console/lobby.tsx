import { useState } from 'preact/hooks';
import { Button } from './components/button.tsx';
import { Icon } from './components/icon.tsx';
import type { PageConnection } from './connection.ts';
import { wordsOfError } from './error-words.ts';
import { headlineOf } from './i18n.ts';
import { useWords } from './words.tsx';

interface LobbyProps {
  readonly connection: Exclude<PageConnection, { kind: 'open' }>;
  readonly onConnectAnew: (isForTechnician: boolean) => void;
  readonly onTryAgain: () => void;
}

/** What the page shows until it is connected: what is in the way, and what to do. */
export function Lobby({ connection, onConnectAnew, onTryAgain }: LobbyProps) {
  const { t } = useWords();
  switch (connection.kind) {
    case 'connecting':
      return <LobbyCard title={t('state.connecting')} icon="link" />;
    case 'unpaired':
      return <Invitation onConnect={onConnectAnew} />;
    case 'asking':
      return <CodeForm key={connection.pairing.pairing_id} {...connection} />;
    case 'failed':
      return <Failure connection={connection} onConnectAnew={onConnectAnew} onTryAgain={onTryAgain} />;
  }
}

interface LobbyCardProps {
  readonly title: string;
  readonly icon: 'link' | 'plug' | 'key';
  readonly isBad?: boolean;
  readonly children?: preact.ComponentChildren;
}

function LobbyCard({ title, icon, isBad = false, children }: LobbyCardProps) {
  return (
    <div class="lobby">
      <div class="lobby-card">
        <Icon name={icon} kind={`icon-large${isBad ? ' icon-bad' : ''}`} />
        <h1>{title}</h1>
        {children}
      </div>
    </div>
  );
}

function Invitation({ onConnect }: { readonly onConnect: (isForTechnician: boolean) => void }) {
  const { t } = useWords();
  const [isForTechnician, setIsForTechnician] = useState(location.hash.startsWith('#/technician'));
  return (
    <LobbyCard title={t('connect.title')} icon="link">
      <p class="quiet">{t('connect.intro')}</p>
      <form
        class="lobby-form"
        onSubmit={(event) => {
          event.preventDefault();
          onConnect(isForTechnician);
        }}
      >
        <Button kind="primary" size="large" type="submit" takesFocus>
          {t('connect.button')}
        </Button>
        <label class="check">
          <input
            type="checkbox"
            checked={isForTechnician}
            onChange={({ currentTarget }) => setIsForTechnician(currentTarget.checked)}
          />
          {t('connect.technician')}
        </label>
      </form>
    </LobbyCard>
  );
}

function CodeForm({ pairing, wasWrong, answer }: Extract<PageConnection, { kind: 'asking' }>) {
  const { t } = useWords();
  const [code, setCode] = useState('');
  const [isShort, setIsShort] = useState(false);
  const [answered, setAnswered] = useState<typeof answer | null>(null);
  const digits = code.replaceAll(/\D/g, '');
  const isWaiting = answered === answer;
  const error = isShort
    ? t('connect.code.digits')
    : wasWrong && !isWaiting && code === ''
      ? t('connect.code.wrong', { count: pairing.tries_left })
      : null;
  return (
    <LobbyCard title={t('connect.code.title')} icon="key">
      <form
        class="lobby-form"
        onSubmit={(event) => {
          event.preventDefault();
          setIsShort(digits.length !== 6);
          if (digits.length !== 6) return;
          setCode('');
          setAnswered(() => answer);
          answer(digits);
        }}
      >
        <input
          class="code-input"
          aria-label={t('connect.code.label')}
          aria-invalid={error !== null}
          aria-describedby="code-notes"
          inputMode="numeric"
          autocomplete="one-time-code"
          maxLength={7}
          value={code}
          ref={(input) => {
            if (document.activeElement === document.body) input?.focus();
          }}
          onInput={({ currentTarget }) => {
            setIsShort(false);
            setCode(currentTarget.value.replaceAll(/[^\d ]/g, ''));
          }}
        />
        <div id="code-notes">
          <p class="field-error" role="alert">
            {error}
          </p>
          <p class="quiet">
            {t('connect.code.command')}
            <br />
            <code class="command">encoderctl pairing list</code>
          </p>
          <p class="quiet">{t('connect.code.console')}</p>
        </div>
        <div class="dialog-actions">
          <Button onClick={() => answer(null)}>{t('app.cancel')}</Button>
          <Button kind="primary" type="submit" isDisabled={isWaiting}>
            {t('connect.code.submit')}
          </Button>
        </div>
      </form>
    </LobbyCard>
  );
}

/** After these the page has to be let in anew: trying again as before changes nothing. */
const NEEDS_PAIRING = ['token_expired', 'pairing_refused', 'pairing_expired', 'page_not_paired'];

interface FailureProps extends Omit<LobbyProps, 'connection'> {
  readonly connection: Extract<PageConnection, { kind: 'failed' }>;
}

function Failure({ connection: { error }, onConnectAnew, onTryAgain }: FailureProps) {
  const words = useWords();
  const { t } = words;
  const { headline, rest } = headlineOf(wordsOfError(error, words));
  const needsPairing = NEEDS_PAIRING.includes(error.code);
  return (
    <LobbyCard title={headline} icon="plug" isBad>
      <p role="alert">{rest}</p>
      {needsPairing ? (
        <Button kind="primary" size="large" takesFocus onClick={() => onConnectAnew(false)}>
          {t('connect.button')}
        </Button>
      ) : (
        <Button kind="primary" size="large" takesFocus onClick={onTryAgain}>
          {t('app.again')}
        </Button>
      )}
      <details class="details">
        <summary>{t('app.details')}</summary>
        <p>
          {error.code}: {error.detail === '' ? error.message : error.detail}
        </p>
      </details>
    </LobbyCard>
  );
}
