import { useEffect } from 'preact/hooks';
import { Status } from '../components/status.tsx';
import { useDesk } from '../desk.tsx';
import type { Words } from '../i18n.ts';
import type { CardScan, Entrance } from '../wire.ts';
import { useWords } from '../words.tsx';
import { namesOfDoors } from './use-entrances.ts';

/** Whose a card is, and what else there is to say of it. */
export function CardFacts({ scan }: { readonly scan: CardScan }) {
  const words = useWords();
  const { t } = words;
  const { picture } = useDesk();
  const card = scan.acs_credential_on_encoder;
  const owner = useOwner(scan);
  const until = untilOf(scan, words, picture.site?.timeZone);
  const differs = scan.warnings.some(
    ({ warning_code }) => warning_code === 'acs_credential_on_encoder_out_of_sync',
  );
  return (
    <>
      <dl class="facts">
        <Fact name={t('card.owner')} value={owner ?? t('card.nobody')} />
        <Fact name={t('card.valid')} value={until ?? '–'} />
        <Fact name={t('card.number')} value={card?.card_number ?? '–'} />
        <Fact name={t('card.content')} value={t(`card.standing.${card?.record_standing ?? 'none'}`)} />
      </dl>
      {differs && (
        <p class="facts-note">
          <Status tone="warn" text={t('card.differs')} />
        </p>
      )}
    </>
  );
}

interface FactProps {
  readonly name: string;
  readonly value: string;
}

function Fact({ name, value }: FactProps) {
  return (
    <div class="fact">
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

/** The name of whom the card belongs to; null: nobody here, or not known yet. */
export function useOwner(scan: CardScan | null): string | null {
  const { picture, want } = useDesk();
  const id = scan?.acs_credential_on_seam?.acs_user_id;
  useEffect(() => want({ guests: id === undefined ? [] : [id] }), [id, want]);
  return picture.guests.get(id ?? '')?.full_name ?? null;
}

/** What the doors are called that a card opens. */
export function doorsOn(
  { acs_credential_on_encoder: card }: CardScan,
  entrances: readonly Entrance[] | null,
  { t }: Pick<Words, 't'>,
): readonly string[] {
  return namesOfDoors(card?.entrances ?? [], entrances, (number) =>
    t('card.unknownRoom', { number: String(number) }),
  );
}

/** Until when a card opens something; null: it does not say, or nothing is on it. */
export function untilOf(
  { acs_credential_on_encoder: card }: CardScan,
  { t, moment }: Pick<Words, 't' | 'moment'>,
  timeZone: string | undefined,
): string | null {
  if (card?.ends_at == null) return null;
  const until = moment(card.ends_at, timeZone);
  return Date.parse(card.ends_at) <= Date.now() ? t('card.over', { until }) : until;
}
