import { useCallback } from 'preact/hooks';
import { Panel } from '../components/panel.tsx';
import { Table } from '../components/table.tsx';
import { useDesk } from '../desk.tsx';
import { listOf } from '../wire.ts';
import { useWords } from '../words.tsx';
import { useAsked } from './use-asked.ts';
import { isPairedDesk } from './wire.ts';

const EVERY_MS = 30_000;

/** The desks that have this one for their property server; nothing where there are none. */
export function PairedDesks() {
  const { t, moment } = useWords();
  const { desk, picture } = useDesk();
  const ask = useCallback(
    async () => listOf(await desk.request('/v1/desks/list'), 'desks', isPairedDesk),
    [desk],
  );
  const { value } = useAsked(ask, EVERY_MS);
  if (value === null || value.length === 0) return null;
  const zone = picture.site?.timeZone;
  return (
    <Panel title={t('technician.desks.title')}>
      <Table
        caption={t('technician.desks.title')}
        columns={[
          { key: 'name', title: t('technician.desks.name'), cell: ({ name }) => name },
          {
            key: 'seen',
            title: t('technician.desks.seen'),
            cell: ({ last_seen_at: at }) => (at === undefined ? t('technician.never') : moment(at, zone)),
          },
        ]}
        rows={value}
        keyOf={({ desk_id }) => desk_id}
      />
    </Panel>
  );
}
