import { useState } from 'preact/hooks';
import type { Encoder } from '../../client/client.ts';
import { Button } from '../components/button.tsx';
import { Panel } from '../components/panel.tsx';
import { useToast } from '../components/toast.tsx';
import { useWords } from '../words.tsx';
import { REHEARSALS, type RehearsalName } from './faults.ts';
import { useOrder } from './use-order.ts';

/** Says how the next request at a virtual encoder is to end. */
export function FaultForm({ encoders }: { readonly encoders: readonly Encoder[] }) {
  const { t } = useWords();
  const order = useOrder();
  const show = useToast();
  const [encoderId, setEncoderId] = useState(encoders[0]?.acs_encoder_id ?? '');
  const [name, setName] = useState<RehearsalName>(REHEARSALS[0].name);
  const arrange = async () => {
    const rehearsal = REHEARSALS.find((one) => one.name === name) ?? REHEARSALS[0];
    const terms = { acs_encoder_id: encoderId, ...rehearsal.terms };
    if ((await order(rehearsal.path, terms)) !== null) show({ text: t('technician.rehearsal.arranged') });
  };
  return (
    <Panel title={t('technician.rehearsal.title')}>
      <form
        class="fault-form"
        onSubmit={(event) => {
          event.preventDefault();
          void arrange();
        }}
      >
        <div class="field">
          <label class="field-label" for="fault-encoder">
            {t('technician.attempts.encoder')}
          </label>
          <select
            id="fault-encoder"
            class="field-input"
            value={encoderId}
            onChange={({ currentTarget: { value } }) => setEncoderId(value)}
          >
            {encoders.map(({ acs_encoder_id, display_name }) => (
              <option key={acs_encoder_id} value={acs_encoder_id}>
                {display_name}
              </option>
            ))}
          </select>
        </div>
        <div class="field">
          <label class="field-label" for="fault-name">
            {t('technician.rehearsal.what')}
          </label>
          <select
            id="fault-name"
            class="field-input"
            value={name}
            onChange={({ currentTarget: { value } }) =>
              setName(REHEARSALS.find((one) => one.name === value)?.name ?? REHEARSALS[0].name)
            }
          >
            {REHEARSALS.map((one) => (
              <option key={one.name} value={one.name}>
                {t(`technician.rehearsal.${one.name}`)}
              </option>
            ))}
          </select>
        </div>
        <Button type="submit">{t('technician.rehearsal.arrange')}</Button>
      </form>
    </Panel>
  );
}
