import { useState } from 'preact/hooks';
import type { Encoder } from '../../client/client.ts';
import { Button } from '../components/button.tsx';
import { Icon } from '../components/icon.tsx';
import { Panel } from '../components/panel.tsx';
import { Status } from '../components/status.tsx';
import { useWords } from '../words.tsx';
import { CARD_TYPE } from './card-tray.tsx';

interface DropZoneProps {
  readonly encoder: Encoder;
  /** What is called what lies on it; null: nothing that is known of. */
  readonly lying: string | null;
  /** Whether it is known that nothing lies there. */
  readonly isEmpty: boolean;
  /** What the card is called that would go on it; null: none was chosen. */
  readonly chosen: string | null;
  /** `id`: of the card that was dropped; null: the chosen one. */
  readonly onPlace: (id: string | null) => void;
  readonly onTakeAway: () => void;
}

/** A virtual encoder: a card can be dropped on it, or put there by its button. */
export function DropZone({ encoder, lying, isEmpty, chosen, onPlace, onTakeAway }: DropZoneProps) {
  const { t } = useWords();
  /** How deep the pointer is inside: each part of the zone is entered before the one around it is left. */
  const [depth, setDepth] = useState(0);
  const { display_name, state } = encoder;
  return (
    <Panel
      title={display_name}
      actions={
        <Status
          tone={state === 'busy' ? 'busy' : state === 'online' ? 'good' : 'bad'}
          text={t(`encoder.${state}`)}
        />
      }
    >
      {/* biome-ignore lint/a11y/noStaticElementInteractions: dragging is for the pointer; the button below does the same. */}
      <div
        class={`zone${depth > 0 ? ' zone-over' : ''}${lying === null ? '' : ' zone-full'}`}
        data-encoder={encoder.acs_encoder_id}
        aria-live="polite"
        onDragEnter={(event) => {
          if (!event.dataTransfer?.types.includes(CARD_TYPE)) return;
          event.preventDefault();
          setDepth((before) => before + 1);
        }}
        onDragOver={(event) => {
          if (event.dataTransfer?.types.includes(CARD_TYPE)) event.preventDefault();
        }}
        onDragLeave={() => setDepth((before) => Math.max(0, before - 1))}
        onDrop={(event) => {
          event.preventDefault();
          setDepth(0);
          const id = event.dataTransfer?.getData(CARD_TYPE) ?? '';
          if (id !== '') onPlace(id);
        }}
      >
        <Icon name={lying === null ? 'encoder' : 'card'} />
        <span>{lying ?? t('technician.virtual.drop')}</span>
      </div>
      <div class="zone-actions">
        <Button
          size="small"
          kind="primary"
          isDisabled={chosen === null}
          label={
            chosen === null
              ? t('technician.virtual.chooseFirst')
              : t('technician.virtual.placeOn', { card: chosen, encoder: display_name })
          }
          onClick={() => onPlace(null)}
        >
          {t('technician.virtual.place')}
        </Button>
        <Button
          size="small"
          isDisabled={isEmpty}
          label={t('technician.virtual.takeFrom', { encoder: display_name })}
          onClick={onTakeAway}
        >
          {t('technician.virtual.take')}
        </Button>
      </div>
    </Panel>
  );
}
