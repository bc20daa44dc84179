import { useState } from 'preact/hooks';
import { Icon } from '../components/icon.tsx';
import type { Entrance } from '../wire.ts';
import { useWords } from '../words.tsx';

/** A house with thousands of doors is searched, not scrolled. */
const MOST_SHOWN = 60;

interface RoomPickerProps {
  /** Null: not told yet. */
  readonly entrances: readonly Entrance[] | null;
  readonly chosen: readonly string[];
  readonly error: string | null;
  readonly onChoose: (ids: readonly string[]) => void;
}

/** Chooses rooms and doors: type, and Enter takes the first. */
export function RoomPicker({ entrances, chosen, error, onChoose }: RoomPickerProps) {
  const { t } = useWords();
  const [text, setText] = useState('');
  const query = text.trim().toLocaleLowerCase();
  const all = entrances ?? [];
  const fitting = all
    .filter(({ display_name }) => display_name.toLocaleLowerCase().includes(query))
    .toSorted((a, b) => Number(begins(b, query)) - Number(begins(a, query)));
  const taken = all.filter(({ acs_entrance_id }) => chosen.includes(acs_entrance_id));
  const toggle = (id: string) =>
    onChoose(chosen.includes(id) ? chosen.filter((one) => one !== id) : [...chosen, id]);
  return (
    <fieldset class="rooms">
      <legend class="field-label">{t('room.doors')}</legend>
      <div class="search">
        <Icon name="search" />
        <input
          class="field-input"
          type="text"
          aria-label={t('room.search')}
          placeholder={t('room.search')}
          aria-invalid={error !== null}
          aria-describedby="rooms-error"
          autocomplete="off"
          spellcheck={false}
          value={text}
          onInput={({ currentTarget }) => setText(currentTarget.value)}
          onKeyDown={(event) => {
            const [first] = fitting;
            if (event.key !== 'Enter' || query === '') return;
            event.preventDefault();
            if (first === undefined) return;
            if (!chosen.includes(first.acs_entrance_id)) toggle(first.acs_entrance_id);
            setText('');
          }}
        />
      </div>
      <ul class="chips" aria-label={t('room.chosen')}>
        {taken.map(({ acs_entrance_id: id, display_name: name }) => (
          <li key={id}>
            <button
              type="button"
              class="chip"
              aria-label={t('room.remove', { name })}
              onClick={() => toggle(id)}
            >
              <span class="chip-name">{name}</span>
              <Icon name="close" kind="chip-cross" />
            </button>
          </li>
        ))}
      </ul>
      <p class="field-error" id="rooms-error" role="alert">
        {error}
      </p>
      {/* biome-ignore lint/a11y/useSemanticElements: it is in a fieldset already. */}
      <div
        class="rooms-box"
        role="group"
        aria-label={t('room.doors')}
        tabIndex={fitting.length === 0 ? undefined : 0}
      >
        {fitting.slice(0, MOST_SHOWN).map(({ acs_entrance_id: id, display_name }) => (
          <label key={id} class="check room">
            <input type="checkbox" checked={chosen.includes(id)} onChange={() => toggle(id)} />
            <span>{display_name}</span>
          </label>
        ))}
        {entrances !== null && fitting.length === 0 && (
          <p class="quiet">{all.length === 0 ? t('room.noneHere') : t('room.none', { text: text.trim() })}</p>
        )}
      </div>
    </fieldset>
  );
}

const begins = ({ display_name }: Entrance, query: string) =>
  display_name.toLocaleLowerCase().startsWith(query);
