import { useEffect, useRef, useState } from 'preact/hooks';
import { Button } from '../components/button.tsx';
import { Icon } from '../components/icon.tsx';
import { useDesk } from '../desk.tsx';
import { keep, kept } from '../kept.ts';
import type { Guest } from '../wire.ts';
import { useWords } from '../words.tsx';
import { EncoderStrip, encoderInUse } from './encoder-strip.tsx';
import { GuestPanel } from './guest-panel.tsx';
import { GuestSearch } from './guest-search.tsx';
import { History } from './history.tsx';
import type { Job } from './job.ts';
import { NewGuestDialog } from './new-guest-dialog.tsx';
import { RoomKeyDialog } from './room-key-dialog.tsx';
import { Stage } from './stage.tsx';
import { useClerkKeys } from './use-clerk-keys.ts';
import { useEntrances } from './use-entrances.ts';
import { useUndo } from './use-undo.ts';
import { useWork } from './use-work.ts';

type OpenDialog = { readonly kind: 'guest'; readonly name: string } | { readonly kind: 'room' };

/** Which guests the clerk has to do with; kept while the technician's pages are looked at. Ids; `visited` has the last one first. */
export interface ClerkMemory {
  readonly guestId: string | null;
  readonly visited: readonly string[];
}

export const NOBODY_YET: ClerkMemory = { guestId: null, visited: [] };

const MOST_VISITED = 20;

interface ClerkPageProps {
  readonly memory: ClerkMemory;
  readonly onRemember: (change: (before: ClerkMemory) => ClerkMemory) => void;
}

/** The desk of whoever hands out cards. */
export function ClerkPage({ memory: { guestId, visited }, onRemember }: ClerkPageProps) {
  const { t } = useWords();
  const { desk, picture, want } = useDesk();
  const [state, work] = useWork(desk);
  const [newest, setNewest] = useState<Guest | null>(null);
  /** The guest that was made last: what was searched before is done with. */
  const [made, setMade] = useState('');
  const [chosen, setChosen] = useState(() => kept('encoder'));
  const [dialog, setDialog] = useState<OpenDialog | null>(null);
  const entrances = useEntrances();
  const search = useRef<HTMLInputElement>(null);
  useClerkKeys(search, () => work()?.stop());
  useUndo(state, work);
  const workedFor = state.step === 'idle' || state.job.kind === 'scan' ? null : state.job.holder?.id;
  useEffect(() => {
    // After a reload the work goes on; so does the guest whom it is for.
    if (workedFor != null)
      onRemember((before) => (before.guestId === null ? visit(before, workedFor) : before));
  }, [workedFor, onRemember]);
  useEffect(() => want({ guests: guestId === null ? [] : [guestId] }), [guestId, want]);

  const encoder = encoderInUse(picture.encoders, chosen);
  const canWork = encoder !== null && encoder.state !== 'offline';
  const isAtWork = state.step === 'working' || state.step === 'asking' || state.step === 'between';
  const told = guestId === null ? null : picture.guests.get(guestId);
  const guest = told ?? (newest?.acs_user_id === guestId ? newest : null);
  const start = (job: Job) => {
    setDialog(null);
    if (encoder !== null) work()?.start(job, encoder.acs_encoder_id);
  };
  const choose = (next: Guest) => {
    setNewest(next);
    onRemember((before) => visit(before, next.acs_user_id));
    setDialog(null);
    if (state.step === 'done' || state.step === 'failed') work()?.stop();
  };
  const take = (next: Guest) => {
    setMade(next.acs_user_id);
    choose(next);
  };
  const holder = guest === null ? null : { id: guest.acs_user_id, name: guest.full_name };
  return (
    <div class="clerk">
      <h1 class="only-spoken">{t('nav.clerk')}</h1>
      <GuestSearch
        key={made}
        input={search}
        chosen={guestId}
        visited={visited}
        onChoose={choose}
        onNew={(name) => setDialog({ kind: 'guest', name })}
      />
      <div class="clerk-desk">
        <div class="clerk-top">
          <EncoderStrip
            chosen={encoder?.acs_encoder_id ?? null}
            isLocked={isAtWork}
            onChoose={(id) => {
              keep('encoder', id);
              setChosen(id);
            }}
          />
          <Button isDisabled={!canWork || isAtWork} onClick={() => start({ kind: 'scan' })}>
            <Icon name="encoder" />
            {t('action.scan')}
          </Button>
        </div>
        {state.step !== 'idle' ? (
          <Stage
            state={state}
            work={work}
            entrances={entrances}
            onShowGuest={(id) => {
              onRemember((before) => visit(before, id));
              work()?.finish();
            }}
          />
        ) : guest !== null && holder !== null ? (
          <GuestPanel
            guest={guest}
            canWork={canWork}
            onAssign={() => start({ kind: 'assign', holder })}
            onNewKey={() => setDialog({ kind: 'room' })}
            onWrite={(key, replacesLostCard) =>
              start({ kind: 'encode', holder, keyId: key.acs_credential_id, replacesLostCard })
            }
          />
        ) : (
          <section class="panel start" aria-label={t('guest.pick')}>
            <Icon name="person" kind="icon-large" />
            <p class="start-title">{told === null && guestId !== null ? t('guest.gone') : t('guest.pick')}</p>
            <p class="quiet">{t('guest.pickHelp')}</p>
          </section>
        )}
        <History />
      </div>
      {dialog?.kind === 'guest' && (
        <NewGuestDialog name={dialog.name} onMade={take} onClose={() => setDialog(null)} />
      )}
      {dialog?.kind === 'room' && holder !== null && picture.site !== null && (
        <RoomKeyDialog
          guestName={holder.name}
          entrances={entrances}
          timeZone={picture.site.timeZone}
          onMake={(stay, cards) => start({ kind: 'keys', holder, stay, cards })}
          onClose={() => setDialog(null)}
        />
      )}
    </div>
  );
}

function visit({ visited }: ClerkMemory, id: string): ClerkMemory {
  return { guestId: id, visited: [id, ...visited.filter((other) => other !== id)].slice(0, MOST_VISITED) };
}
