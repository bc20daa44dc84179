import { useCallback, useEffect, useState } from 'preact/hooks';
import { Button } from '../components/button.tsx';
import { Dialog } from '../components/dialog.tsx';
import { Empty } from '../components/empty.tsx';
import { Panel } from '../components/panel.tsx';
import { Table } from '../components/table.tsx';
import { useToast } from '../components/toast.tsx';
import { useNow } from '../components/use-now.ts';
import { useDesk } from '../desk.tsx';
import { isMessageKey, type Words } from '../i18n.ts';
import { PairingCode } from '../pairing-code.tsx';
import { useRefuse } from '../waiting-pages.tsx';
import { listOf, type WaitingPage } from '../wire.ts';
import { useWords } from '../words.tsx';
import { AskedView } from './asked-view.tsx';
import { useAsked } from './use-asked.ts';
import { useOrder } from './use-order.ts';
import { isPageSession, type PageSession } from './wire.ts';

const EVERY_MS = 10_000;

/** Who may use the desk from a browser: pages that ask, pages that were let in, and sessions that apps made. */
export function PagesTab() {
  const { t } = useWords();
  const { desk, picture } = useDesk();
  const ask = useCallback(async () => {
    const terms = { is_active: true };
    return listOf(await desk.request('/client_sessions/list', terms), 'client_sessions', isPageSession);
  }, [desk]);
  const asked = useAsked(ask, EVERY_MS);
  const { again } = asked;
  const refuse = useRefuse();
  useEffect(() => desk.on('pairing.changed', again), [desk, again]);
  return (
    <div class="stack">
      <Panel
        title={t('technician.pages.waiting')}
        actions={
          picture.waitingPages.length > 1 && (
            <Button size="small" kind="danger" onClick={() => refuse(picture.waitingPages)}>
              {t('pairing.refuseAll')}
            </Button>
          )
        }
      >
        {picture.waitingPages.length === 0 ? (
          <Empty>{t('technician.pages.noneWaiting')}</Empty>
        ) : (
          <ul class="waiting-list">
            {picture.waitingPages.map((page) => (
              <li key={page.pairing_id}>
                <WaitingRow page={page} onRefuse={() => refuse([page])} />
              </li>
            ))}
          </ul>
        )}
      </Panel>
      <AskedView asked={asked}>
        {(sessions) => (
          <>
            <Sessions
              title={t('technician.pages.paired')}
              sessions={sessions.filter(({ is_paired }) => is_paired)}
              onRevoked={again}
            />
            <Sessions
              title={t('technician.pages.sessions')}
              sessions={sessions.filter(({ is_paired }) => !is_paired)}
              onRevoked={again}
            />
          </>
        )}
      </AskedView>
    </div>
  );
}

const scopeWords = (scopes: readonly string[], { t, list }: Words): string =>
  list(
    scopes.map((scope) => {
      const key = `scope.${scope}`;
      return isMessageKey(key) ? t(key) : scope;
    }),
  );

function WaitingRow({ page, onRefuse }: { readonly page: WaitingPage; readonly onRefuse: () => void }) {
  const words = useWords();
  const { t } = words;
  const now = useNow(1000);
  const left = Math.max(0, Math.ceil((Date.parse(page.expires_at) - now) / 1000));
  return (
    <div class="waiting-row">
      <div>
        <strong>{page.origin}</strong> {page.name}
        <p class="quiet">{scopeWords(page.scopes, words)}</p>
      </div>
      <PairingCode page={page} />
      <span class="quiet digits">{t('stage.left', { seconds: left })}</span>
      <Button
        size="small"
        kind="danger"
        label={t('pairing.refuseOf', { origin: page.origin })}
        onClick={onRefuse}
      >
        {t('pairing.refuse')}
      </Button>
    </div>
  );
}

interface SessionsProps {
  readonly title: string;
  readonly sessions: readonly PageSession[];
  readonly onRevoked: () => void;
}

function Sessions({ title, sessions, onRevoked }: SessionsProps) {
  const words = useWords();
  const { t, moment } = words;
  const { picture } = useDesk();
  const order = useOrder();
  const show = useToast();
  const [asking, setAsking] = useState<PageSession | null>(null);
  const zone = picture.site?.timeZone;
  const revoke = async ({ client_session_id }: PageSession) => {
    setAsking(null);
    if ((await order('/client_sessions/revoke', { client_session_id })) === null) return;
    show({ text: t('technician.pages.revoked') });
    onRevoked();
  };
  return (
    <Panel title={title}>
      {sessions.length === 0 ? (
        <Empty>{t('technician.pages.none')}</Empty>
      ) : (
        <Table
          caption={title}
          columns={[
            {
              key: 'origin',
              title: t('technician.pages.page'),
              cell: (session) => (
                <>
                  <strong class="origin">{session.allowed_origin ?? t('technician.pages.anyOrigin')}</strong>
                  <br />
                  <span class="quiet">{nameOf(session)}</span>
                </>
              ),
            },
            {
              key: 'scopes',
              title: t('technician.pages.may'),
              cell: ({ scopes }) => scopeWords(scopes, words),
            },
            {
              key: 'used',
              title: t('technician.pages.used'),
              cell: ({ last_used_at, created_at }) => moment(last_used_at ?? created_at, zone),
            },
            {
              key: 'until',
              title: t('technician.pages.until'),
              cell: ({ expires_at }) => moment(expires_at, zone),
            },
            {
              key: 'revoke',
              title: t('technician.pages.action'),
              cell: (session) => (
                <Button
                  size="small"
                  kind="danger"
                  label={t('technician.pages.revokeOf', { page: session.allowed_origin ?? nameOf(session) })}
                  onClick={() => setAsking(session)}
                >
                  {t('technician.pages.revoke')}
                </Button>
              ),
            },
          ]}
          rows={sessions}
          keyOf={({ client_session_id }) => client_session_id}
        />
      )}
      {asking !== null && (
        <Dialog title={t('technician.pages.revokeTitle')} onClose={() => setAsking(null)}>
          <p>
            {asking.allowed_origin ?? nameOf(asking)} {t('technician.pages.revokeHelp')}
          </p>
          {asking.allowed_origin === location.origin && <p>{t('technician.pages.own')}</p>}
          <div class="dialog-actions">
            <Button onClick={() => setAsking(null)}>{t('app.cancel')}</Button>
            <Button kind="danger" takesFocus onClick={() => void revoke(asking)}>
              {t('technician.pages.revoke')}
            </Button>
          </div>
        </Dialog>
      )}
    </Panel>
  );
}

const nameOf = ({ page_name, user_identifier_key, client_session_id }: PageSession): string =>
  page_name ?? user_identifier_key ?? client_session_id;
