import { type ComponentChildren, createContext } from 'preact';
import { useCallback, useContext, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Desk, DeskState } from '../client/client.ts';
import { type DeskPicture, EMPTY_PICTURE, LiveDesk } from './live-desk.ts';

/** What every page of the console works with once it is connected. */
export interface OpenDesk {
  readonly desk: Desk;
  readonly state: DeskState;
  readonly picture: DeskPicture;
  /** Sees to it that these guests and keys are in the picture soon. */
  readonly want: LiveDesk['want'];
  /** An assignment was undone here, by its attempt's id. */
  readonly noteUndone: LiveDesk['noteUndone'];
  /** Drops the pairing of this page. */
  readonly disconnect: () => void;
}

const DeskContext = createContext<OpenDesk | null>(null);

interface DeskProviderProps {
  readonly desk: Desk;
  readonly onDisconnect: () => void;
  readonly children: ComponentChildren;
}

/** Keeps the picture of a desk for everything in it. */
export function DeskProvider({ desk, onDisconnect, children }: DeskProviderProps) {
  const [picture, setPicture] = useState(EMPTY_PICTURE);
  const [state, setState] = useState<DeskState>(desk.state);
  const live = useRef<LiveDesk | null>(null);
  useEffect(() => {
    const opened = new LiveDesk(desk, setPicture);
    live.current = opened;
    void opened.load();
    const end = desk.on('state', (change) => setState(change.state));
    return () => {
      end();
      opened.close();
      live.current = null;
    };
  }, [desk]);
  const want = useCallback<LiveDesk['want']>((what) => live.current?.want(what), []);
  const noteUndone = useCallback<LiveDesk['noteUndone']>((id) => live.current?.noteUndone(id), []);
  const value = useMemo(
    () => ({ desk, state, picture, want, noteUndone, disconnect: onDisconnect }),
    [desk, state, picture, want, noteUndone, onDisconnect],
  );
  return <DeskContext.Provider value={value}>{children}</DeskContext.Provider>;
}

/** The desk that the page is connected to. */
export function useDesk(): OpenDesk {
  const open = useContext(DeskContext);
  if (open === null) throw new Error('there is no desk outside of DeskProvider');
  return open;
}
