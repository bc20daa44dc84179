import type { Attempt, Encoder } from '../../client/client.ts';
import { Status, type Tone } from '../components/status.tsx';
import { useDesk } from '../desk.tsx';
import type { DeskPicture } from '../live-desk.ts';
import { useWords } from '../words.tsx';
import { subjectOf } from './subject.ts';
import { useWanted } from './use-wanted.ts';

const TONES = { online: 'good', busy: 'busy', offline: 'bad' } as const satisfies Record<string, Tone>;

interface EncoderStripProps {
  readonly chosen: string | null;
  readonly isLocked: boolean;
  readonly onChoose: (encoderId: string) => void;
}

/** The encoders, how each of them stands, and which one is used. */
export function EncoderStrip({ chosen, isLocked, onChoose }: EncoderStripProps) {
  const { t } = useWords();
  const { picture } = useDesk();
  const encoders = usableEncoders(picture.encoders);
  if (encoders.length === 0) {
    return (
      <section class="encoders" aria-label={t('encoder.title')}>
        <p class="encoder-none" role="status">
          {t('encoder.none')}
        </p>
      </section>
    );
  }
  return (
    <fieldset class="encoders" disabled={isLocked}>
      <legend class="only-spoken">{t('encoder.choose')}</legend>
      {encoders.map((encoder) => (
        <label class="encoder" key={encoder.acs_encoder_id}>
          <input
            type="radio"
            name="encoder"
            value={encoder.acs_encoder_id}
            checked={encoder.acs_encoder_id === chosen}
            onChange={() => onChoose(encoder.acs_encoder_id)}
          />
          <span class="encoder-name">{encoder.display_name}</span>
          <EncoderState encoder={encoder} />
        </label>
      ))}
    </fieldset>
  );
}

function EncoderState({ encoder }: { readonly encoder: Encoder }) {
  const { t } = useWords();
  const { picture } = useDesk();
  const attempt = runningOn(encoder.acs_encoder_id, picture);
  const subject = attempt === undefined ? null : subjectOf(attempt, picture);
  useWanted(subject === null ? [] : [subject]);
  const hasCard = picture.cards.has(encoder.acs_encoder_id);
  const text =
    encoder.state === 'busy' && attempt !== undefined
      ? subject?.guestName != null
        ? t('encoder.waitsFor', { name: subject.guestName })
        : t('encoder.heldBy', { name: attempt.requested_by ?? '?' })
      : encoder.state === 'online' && hasCard
        ? t('encoder.card')
        : t(`encoder.${encoder.state}`);
  return <Status tone={TONES[encoder.state]} text={text} />;
}

function runningOn(encoderId: string, { attempts }: DeskPicture): Attempt | undefined {
  return attempts.find(({ acs_encoder_id, status }) => acs_encoder_id === encoderId && status === 'pending');
}

/** Those that a clerk can know: not what was reported as removed. */
export function usableEncoders(encoders: readonly Encoder[]): readonly Encoder[] {
  return encoders.filter(({ errors, state }) => errors.length === 0 || state !== 'offline');
}

/** Which encoder is used: the one chosen before, unless another one alone is there. */
export function encoderInUse(encoders: readonly Encoder[], chosen: string | null): Encoder | null {
  const usable = usableEncoders(encoders);
  const wanted = usable.find(({ acs_encoder_id }) => acs_encoder_id === chosen);
  if (wanted !== undefined && wanted.state !== 'offline') return wanted;
  return usable.find(({ state }) => state !== 'offline') ?? wanted ?? usable[0] ?? null;
}
