import { type ComponentChildren, createContext } from 'preact';
import { useCallback, useContext, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { useWords } from '../words.tsx';
import { Bar } from './bar.tsx';
import { Button } from './button.tsx';
import { Icon } from './icon.tsx';
import { useNow } from './use-now.ts';

/** Something that has happened, and what may still be done about it. */
export interface Notice {
  readonly text: string;
  readonly isBad?: boolean;
  /** Offered until `until` (milliseconds since 1970), with a bar that shows how long that is. */
  readonly action?: {
    readonly label: string;
    /** What the bar says to a screen reader. */
    readonly barLabel: string;
    readonly until: number;
    readonly run: () => void;
  };
}

const PLAIN_MS = 6000;

interface Shown extends Notice {
  readonly id: number;
  readonly since: number;
  readonly until: number;
}

type Show = (notice: Notice) => void;

const ToastContext = createContext<Show | null>(null);

let counted = 0;

/** Holds the notices of everything in it. */
export function ToastProvider({ children }: { readonly children: ComponentChildren }) {
  const { t } = useWords();
  const [shown, setShown] = useState<readonly Shown[]>([]);
  const drop = useCallback((id: number) => setShown((all) => all.filter((notice) => notice.id !== id)), []);
  const show = useCallback<Show>((notice) => {
    counted += 1;
    const since = Date.now();
    const until = notice.action?.until ?? since + PLAIN_MS;
    setShown((all) => [...all.slice(-2), { ...notice, id: counted, since, until }]);
  }, []);
  const value = useMemo(() => show, [show]);
  return (
    <ToastContext.Provider value={value}>
      {children}
      <section class="toasts" role="status" aria-label={t('app.notices')}>
        {shown.map((notice) => (
          <Toast key={notice.id} notice={notice} onGone={() => drop(notice.id)} />
        ))}
      </section>
    </ToastContext.Provider>
  );
}

/** Shows a notice in the corner, which goes by itself. */
export function useToast(): Show {
  const show = useContext(ToastContext);
  if (show === null) throw new Error('there are no notices outside of ToastProvider');
  return show;
}

function Toast({ notice, onGone }: { readonly notice: Shown; readonly onGone: () => void }) {
  const { t } = useWords();
  const { action, since, until } = notice;
  const now = useNow(250);
  const toast = useRef<HTMLDivElement>(null);
  const before = useRef<HTMLElement | null>(null);
  /** The focus goes back where it was: it would be lost with the button that had it. */
  const leave = () => {
    if (toast.current?.contains(document.activeElement) === true) before.current?.focus();
    onGone();
  };
  useEffect(() => {
    if (now >= until) leave();
  }, [now, until, onGone]);
  return (
    <div
      class={`toast${notice.isBad === true ? ' toast-bad' : ''}`}
      ref={toast}
      onFocusIn={({ relatedTarget: from }) => {
        if (from instanceof HTMLElement && toast.current?.contains(from) === false) before.current = from;
      }}
    >
      <span>{notice.text}</span>
      {action !== undefined && (
        <Button
          kind="secondary"
          size="small"
          onClick={() => {
            action.run();
            leave();
          }}
        >
          <Icon name="undo" />
          {action.label}
        </Button>
      )}
      <Button kind="quiet" size="small" label={t('app.close')} onClick={leave}>
        <Icon name="close" />
      </Button>
      {action !== undefined && (
        <Bar label={action.barLabel} value={Math.max(0, until - now)} most={Math.max(1, until - since)} />
      )}
    </div>
  );
}
