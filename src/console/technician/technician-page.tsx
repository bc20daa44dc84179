import '../styles/technician.css';
import { Icon, type IconName } from '../components/icon.tsx';
import { useDesk } from '../desk.tsx';
import { useWords } from '../words.tsx';
import { AttemptsTab } from './attempts-tab.tsx';
import { EncodersTab } from './encoders-tab.tsx';
import { LogTab } from './log-tab.tsx';
import { PagesTab } from './pages-tab.tsx';
import { SyncTab } from './sync-tab.tsx';
import { TABS, type Tab, tabHref, tabOf } from './tabs.ts';
import { type Timelines, useTimelines } from './timelines.ts';
import { VirtualTab } from './virtual-tab.tsx';

const ICONS: Readonly<Record<Tab, IconName>> = {
  encoders: 'encoder',
  attempts: 'clock',
  log: 'search',
  sync: 'link',
  pages: 'key',
  virtual: 'card',
};

/** Everything that a technician needs. `path`: what follows `#/technician/`. */
export function TechnicianPage({ path }: { readonly path: readonly string[] }) {
  const { t, count } = useWords();
  const { desk, picture } = useDesk();
  const timelines = useTimelines(desk);
  const tab = tabOf(path);
  const refused = picture.sync?.refused ?? 0;
  const waiting = picture.waitingPages.length;
  const badges: Readonly<Partial<Record<Tab, { readonly number: number; readonly text: string }>>> = {
    ...(refused > 0 && { sync: { number: refused, text: count('technician.badge.refused', refused) } }),
    ...(waiting > 0 && { pages: { number: waiting, text: count('technician.badge.waiting', waiting) } }),
  };
  return (
    <div class="technician">
      <nav class="technician-nav" aria-label={t('technician.nav')}>
        {TABS.map((one) => (
          <a key={one} href={tabHref(one)} aria-current={one === tab ? 'page' : undefined}>
            <Icon name={ICONS[one]} />
            <span>{t(`technician.${one}.title`)}</span>
            {badges[one] !== undefined && (
              <span class="technician-badge">
                <span aria-hidden="true">{badges[one].number}</span>
                <span class="only-spoken">{badges[one].text}</span>
              </span>
            )}
          </a>
        ))}
      </nav>
      <div class="technician-content">
        <h1>{t(`technician.${tab}.title`)}</h1>
        <TabPage tab={tab} thing={path[1]} timelines={timelines} />
      </div>
    </div>
  );
}

interface TabPageProps {
  readonly tab: Tab;
  /** The id of what is looked at. */
  readonly thing: string | undefined;
  readonly timelines: Timelines;
}

function TabPage({ tab, thing, timelines }: TabPageProps) {
  switch (tab) {
    case 'encoders':
      return <EncodersTab />;
    case 'attempts':
      return <AttemptsTab chosen={thing} timelines={timelines} />;
    case 'log':
      return <LogTab />;
    case 'sync':
      return <SyncTab />;
    case 'pages':
      return <PagesTab />;
    case 'virtual':
      return <VirtualTab />;
  }
}
