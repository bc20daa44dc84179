import { useCallback, useEffect, useState } from 'preact/hooks';
import { ClerkPage, NOBODY_YET } from './clerk/clerk-page.tsx';
import { Status, type Tone } from './components/status.tsx';
import { ToastProvider } from './components/toast.tsx';
import { connectAgain, connectAnew, type PageConnection } from './connection.ts';
import { DeskProvider, useDesk } from './desk.tsx';
import { Head } from './head.tsx';
import { Lobby } from './lobby.tsx';
import { TechnicianPage } from './technician/technician-page.tsx';
import { useRoute } from './use-route.ts';
import { WaitingPages } from './waiting-pages.tsx';
import { useWords, WordsProvider } from './words.tsx';

/** The whole console. */
export function App() {
  return (
    <WordsProvider>
      <ToastProvider>
        <Console />
      </ToastProvider>
    </WordsProvider>
  );
}

function Console() {
  const [connection, setConnection] = useState<PageConnection>({ kind: 'connecting' });
  useEffect(() => {
    void connectAgain(location.origin, setConnection);
  }, []);
  const open = connection.kind === 'open' ? connection.desk : null;
  useEffect(
    () =>
      open?.on('state', ({ state, error }) => {
        if (state === 'closed' && error !== undefined) setConnection({ kind: 'failed', error });
      }),
    [open],
  );
  const disconnect = useCallback(() => {
    void open?.forget().then(() => setConnection({ kind: 'unpaired' }));
  }, [open]);
  if (connection.kind === 'open') {
    return (
      <DeskProvider desk={connection.desk} onDisconnect={disconnect}>
        <ConnectedConsole />
      </DeskProvider>
    );
  }
  return (
    <div class="frame">
      <Head name={null} route={null} />
      <main class="page" id="content">
        <Lobby
          connection={connection}
          onConnectAnew={(isForTechnician) =>
            void connectAnew(location.origin, isForTechnician, setConnection)
          }
          onTryAgain={() => void connectAgain(location.origin, setConnection)}
        />
      </main>
    </div>
  );
}

const TONES = { connected: 'good', reconnecting: 'warn', closed: 'bad' } as const satisfies Record<
  string,
  Tone
>;

function ConnectedConsole() {
  const { t } = useWords();
  const { picture, state } = useDesk();
  const route = useRoute();
  const [memory, setMemory] = useState(NOBODY_YET);
  return (
    <div class="frame">
      {/* A link to #content would be a route; the focus is moved instead. */}
      <button type="button" class="skip" onClick={() => document.getElementById('content')?.focus()}>
        {t('app.skip')}
      </button>
      <Head name={picture.site?.name ?? null} route={route}>
        <span role="status">
          <Status tone={TONES[state]} text={t(`state.${state}`)} />
        </span>
      </Head>
      <main class="page" id="content" tabIndex={-1}>
        {route.page === 'clerk' ? (
          <ClerkPage memory={memory} onRemember={setMemory} />
        ) : (
          <TechnicianPage path={route.path} />
        )}
      </main>
      <WaitingPages />
    </div>
  );
}
