import { useState } from 'preact/hooks';
import { Button } from '../components/button.tsx';
import { Icon } from '../components/icon.tsx';
import { Panel } from '../components/panel.tsx';
import { useWords } from '../words.tsx';
import { CARD_FAULTS, type CardFaultName } from './faults.ts';
import { technologyName } from './technologies.ts';
import { VIRTUAL_KINDS, type VirtualCard } from './virtual-cards.ts';

/** What a dragged card is called on its way: its id goes under this type, so that nothing else can be dropped on an encoder. */
export const CARD_TYPE = 'application/x-encoderd-card';

interface CardTrayProps {
  readonly cards: readonly VirtualCard[];
  /** The id of the card that goes on the next encoder that is chosen. */
  readonly chosen: string | null;
  readonly nameOf: (card: VirtualCard) => string;
  /** What the encoder is called on which it lies; null: it lies on none. */
  readonly placeOf: (id: string) => string | null;
  readonly fault: CardFaultName;
  readonly onChoose: (id: string) => void;
  readonly onFault: (fault: CardFaultName) => void;
  readonly onMore: (technology: string) => void;
}

/** The cards on the table. They are radio buttons that can be dragged: arrow keys choose one. */
export function CardTray(props: CardTrayProps) {
  const { t } = useWords();
  const { cards, chosen, nameOf, placeOf, fault } = props;
  const [kind, setKind] = useState(VIRTUAL_KINDS[0] ?? '');
  return (
    <Panel kind="tray" title={t('technician.virtual.cards')}>
      <p class="quiet">{t('technician.virtual.help')}</p>
      <fieldset class="tray-cards">
        <legend class="only-spoken">{t('technician.virtual.cards')}</legend>
        {cards.map((card) => {
          const place = placeOf(card.id);
          return (
            <label
              key={card.id}
              class={`tray-card${card.id === chosen ? ' tray-card-chosen' : ''}`}
              draggable
              data-card={card.id}
              onDragStart={({ dataTransfer }) => {
                props.onChoose(card.id);
                dataTransfer?.setData(CARD_TYPE, card.id);
                if (dataTransfer !== null) dataTransfer.effectAllowed = 'move';
              }}
            >
              <input
                type="radio"
                name="virtual-card"
                class="only-spoken"
                checked={card.id === chosen}
                onChange={() => props.onChoose(card.id)}
              />
              <Icon name="card" />
              <span>
                <span class="tray-name">{nameOf(card)}</span>
                <span class="tray-place">
                  {place === null ? ' ' : t('technician.virtual.liesOn', { encoder: place })}
                </span>
              </span>
            </label>
          );
        })}
      </fieldset>
      <div class="tray-tools">
        <div class="field">
          <label class="field-label" for="card-fault">
            {t('technician.virtual.fault')}
          </label>
          <select
            id="card-fault"
            class="field-input"
            value={fault}
            onChange={({ currentTarget: { value } }) =>
              props.onFault(CARD_FAULTS.find(({ name }) => name === value)?.name ?? 'none')
            }
          >
            {CARD_FAULTS.map(({ name }) => (
              <option key={name} value={name}>
                {t(`technician.fault.${name}`)}
              </option>
            ))}
          </select>
        </div>
        <div class="tray-more">
          <div class="field">
            <label class="field-label" for="card-kind">
              {t('technician.virtual.kind')}
            </label>
            <select
              id="card-kind"
              class="field-input"
              value={kind}
              onChange={({ currentTarget: { value } }) => setKind(value)}
            >
              {VIRTUAL_KINDS.map((one) => (
                <option key={one} value={one}>
                  {technologyName(one)}
                </option>
              ))}
            </select>
          </div>
          <Button onClick={() => props.onMore(kind)}>
            <Icon name="plus" />
            {t('technician.virtual.more')}
          </Button>
        </div>
      </div>
    </Panel>
  );
}
