import { useState } from 'preact/hooks';
import type { Encoder } from '../../client/client.ts';
import { Empty } from '../components/empty.tsx';
import { useDesk } from '../desk.tsx';
import { useWords } from '../words.tsx';
import { CardTray } from './card-tray.tsx';
import { DropZone } from './drop-zone.tsx';
import { FaultForm } from './fault-form.tsx';
import { CARD_FAULTS, type CardFaultName } from './faults.ts';
import { technologyName } from './technologies.ts';
import { useOrder } from './use-order.ts';
import { keepCards, keptCards, type VirtualCard, withNewCard } from './virtual-cards.ts';

/** Where cards lie that this page has placed: the encoder's id, by the card's. */
type Places = ReadonlyMap<string, { readonly encoderId: string; readonly uid: string }>;

/** Virtual encoders, and cards to put on them: by dragging, or by choosing a card and then an encoder. */
export function VirtualTab() {
  const { t } = useWords();
  const { picture } = useDesk();
  const order = useOrder();
  const [cards, setCards] = useState(keptCards);
  const [chosen, setChosen] = useState<string | null>(null);
  const [places, setPlaces] = useState<Places>(new Map());
  const [fault, setFault] = useState<CardFaultName>('none');
  const encoders = picture.encoders.filter(({ is_virtual }) => is_virtual);
  if (encoders.length === 0) return <Empty>{t('technician.virtual.none')}</Empty>;

  const nameOf = ({ technology, number }: VirtualCard) =>
    t('technician.virtual.card', { kind: technologyName(technology), number: String(number) });
  const cardOf = (id: string | null) => cards.find((card) => card.id === id);
  const place = async (id: string, { acs_encoder_id }: Encoder) => {
    const card = cardOf(id);
    if (card === undefined) return;
    const { faults } = CARD_FAULTS.find(({ name }) => name === fault) ?? CARD_FAULTS[0];
    const { technology } = card;
    const answer = await order('/acs/encoders/simulate/place_card', {
      acs_encoder_id,
      card: { id, technology, ...(faults === undefined ? {} : { faults }) },
    });
    if (answer === null) return;
    const uid = String(Object(Reflect.get(answer, 'card')).uid);
    setPlaces((before) => {
      const others = [...before].filter(([, { encoderId }]) => encoderId !== acs_encoder_id);
      return new Map([...others, [id, { encoderId: acs_encoder_id, uid }]]);
    });
    setFault('none');
  };
  const takeAway = async ({ acs_encoder_id }: Encoder) => {
    if ((await order('/acs/encoders/simulate/remove_card', { acs_encoder_id })) === null) return;
    setPlaces((before) => new Map([...before].filter(([, { encoderId }]) => encoderId !== acs_encoder_id)));
  };
  /** What lies on an encoder: as the daemon tells it live, else as this page has placed it. */
  const cardOn = (encoder: Encoder): string | null => {
    const seen = picture.cards.get(encoder.acs_encoder_id);
    const placed = [...places].find(
      ([, { encoderId, uid }]) =>
        encoderId === encoder.acs_encoder_id && (seen === undefined || seen.uid === uid),
    );
    const card = cardOf(placed?.[0] ?? null);
    if (seen === undefined) return null;
    return card === undefined ? `${technologyName(seen.technology)} ${seen.card_number}` : nameOf(card);
  };
  const card = cardOf(chosen);
  return (
    <div class="virtual">
      <CardTray
        cards={cards}
        chosen={chosen}
        nameOf={nameOf}
        placeOf={(id) =>
          encoders.find(
            (encoder) =>
              encoder.acs_encoder_id === places.get(id)?.encoderId &&
              picture.cards.get(encoder.acs_encoder_id)?.uid === places.get(id)?.uid,
          )?.display_name ?? null
        }
        fault={fault}
        onChoose={setChosen}
        onFault={setFault}
        onMore={(technology) => {
          const more = withNewCard(cards, technology);
          keepCards(more);
          setCards(more);
          setChosen(more.at(-1)?.id ?? null);
        }}
      />
      <div class="stack">
        <ul class="zones" aria-label={t('technician.virtual.encoders')}>
          {encoders.map((encoder) => (
            <li key={encoder.acs_encoder_id}>
              <DropZone
                encoder={encoder}
                lying={cardOn(encoder)}
                isEmpty={picture.emptied.has(encoder.acs_encoder_id)}
                chosen={card === undefined ? null : nameOf(card)}
                onPlace={(id) => void place(id ?? chosen ?? '', encoder)}
                onTakeAway={() => void takeAway(encoder)}
              />
            </li>
          ))}
        </ul>
        <FaultForm encoders={encoders} />
      </div>
    </div>
  );
}
