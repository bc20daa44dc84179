import { useState } from 'preact/hooks';
import { Button } from '../components/button.tsx';
import { Dialog } from '../components/dialog.tsx';
import { Field } from '../components/field.tsx';
import { Icon } from '../components/icon.tsx';
import { laterDay, wallTimeOf } from '../site-days.ts';
import type { Entrance } from '../wire.ts';
import { useWords } from '../words.tsx';
import type { Stay } from './job.ts';
import { RoomPicker } from './room-picker.tsx';
import { checkStay, forNights, MOST_CARDS, newStay, nightsOf, startingOn, toStay } from './stay-draft.ts';

interface RoomKeyDialogProps {
  readonly guestName: string;
  readonly entrances: readonly Entrance[] | null;
  readonly timeZone: string;
  readonly onMake: (stay: Stay, cards: number) => void;
  readonly onClose: () => void;
}

const NIGHTS = [1, 2, 3, 4, 5, 6, 7] as const;

/** Asks which rooms, how long, and how many cards. */
export function RoomKeyDialog({ guestName, entrances, timeZone, onMake, onClose }: RoomKeyDialogProps) {
  const { t, count } = useWords();
  const [draft, setDraft] = useState(() => newStay(Date.now(), timeZone));
  const [wasSent, setWasSent] = useState(false);
  const now = Date.now();
  const today = wallTimeOf(now, timeZone).day;
  const nights = nightsOf(draft, today);
  const trouble = wasSent ? checkStay(draft, now, timeZone) : null;
  const isElsewhere = timeZone !== Intl.DateTimeFormat().resolvedOptions().timeZone;
  return (
    <Dialog title={t('room.title', { name: guestName })} isWide onClose={onClose}>
      <form
        class="stay"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          setWasSent(true);
          if (checkStay(draft, Date.now(), timeZone) === null) onMake(toStay(draft, timeZone), draft.cards);
        }}
      >
        <RoomPicker
          entrances={entrances}
          chosen={draft.entranceIds}
          error={trouble === 'room.choose' ? t('room.choose') : null}
          onChoose={(entranceIds) => setDraft({ ...draft, entranceIds })}
        />
        <div class="stay-times">
          <fieldset class="nights">
            <legend class="field-label">{t('room.nights')}</legend>
            <div class="nights-row">
              {NIGHTS.map((number) => (
                <label key={number} class="night">
                  <input
                    type="radio"
                    name="nights"
                    checked={number === nights}
                    onChange={() => setDraft(forNights(draft, number, today))}
                  />
                  <span>{number}</span>
                </label>
              ))}
            </div>
          </fieldset>
          <div class="stay-row">
            <Field
              label={t('room.from')}
              type="date"
              min={today}
              value={draft.from?.day ?? today}
              onInput={(day) => setDraft(startingOn(draft, day, today))}
            />
            {draft.from !== null && (
              <Field
                label={t('room.time')}
                type="time"
                value={draft.from.time}
                onInput={(time) => setDraft({ ...draft, from: { day: draft.from?.day ?? today, time } })}
              />
            )}
          </div>
          <div class="stay-row">
            <Field
              label={t('room.until')}
              type="date"
              min={laterDay(draft.from?.day ?? today, 0)}
              value={draft.until.day}
              error={trouble === null || trouble === 'room.choose' ? undefined : t(trouble)}
              onInput={(day) => setDraft({ ...draft, until: { ...draft.until, day } })}
            />
            <Field
              label={t('room.time')}
              type="time"
              value={draft.until.time}
              onInput={(time) => setDraft({ ...draft, until: { ...draft.until, time } })}
            />
          </div>
          {isElsewhere && <p class="field-help">{t('room.zone', { zone: timeZone })}</p>}
          <fieldset class="cards">
            <legend class="field-label">{t('room.cards')}</legend>
            <div class="cards-row">
              <Button
                label={t('room.fewer')}
                isDisabled={draft.cards <= 1}
                onClick={() => setDraft({ ...draft, cards: draft.cards - 1 })}
              >
                <Icon name="minus" />
              </Button>
              <output class="cards-number">{draft.cards}</output>
              <Button
                label={t('room.more')}
                isDisabled={draft.cards >= MOST_CARDS}
                onClick={() => setDraft({ ...draft, cards: draft.cards + 1 })}
              >
                <Icon name="plus" />
              </Button>
            </div>
          </fieldset>
        </div>
        <div class="dialog-actions stay-actions">
          <Button onClick={onClose}>{t('app.cancel')}</Button>
          <Button kind="primary" type="submit">
            {count('room.write', draft.cards)}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
