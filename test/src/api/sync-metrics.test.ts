import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { addSyncMetrics } from '../../../src/api/sync-metrics.ts';
import { failing } from '../../benches/scripted-backend.ts';
import { SyncBed } from '../sync/sync-bed.ts';

/** The lines of these metrics, without their help. */
async function linesOf(registry: Registry): Promise<readonly string[]> {
  const text = await registry.metrics();
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

test('Prometheus reads how it stands with the backend', async () => {
  const bed = new SyncBed();
  bed.backend.aheadMs = -1500;
  await bed.connected();
  bed.addUsers(1);
  await bed.pass(1000, 50);
  const deliveredAt = bed.site.store.outbox.lastDeliveredAt() ?? 0;
  bed.backend.fault = ({ operation }) => (operation === 'deliver' ? failing : null);
  bed.addUsers(2);
  bed.site.store.heldItems.hold({ kind: 'acs_user', id: 'somebody' }, 'in the way', bed.site.clock.now());
  const registry = new Registry();
  addSyncMetrics({ site: bed.site, sync: bed.sync }, [registry]);
  bed.site.clock.advance(3000);
  const lines = await linesOf(registry);
  expect(lines).toEqual(
    expect.arrayContaining([
      'encoderd_outbox_messages{state="waiting"} 2',
      'encoderd_outbox_messages{state="refused"} 0',
      'encoderd_outbox_oldest_age_seconds 3',
      `encoderd_sync_last_success_timestamp_seconds ${deliveredAt / 1000}`,
      'encoderd_sync_state{state="off"} 0',
      'encoderd_sync_state{state="working"} 1',
      'encoderd_sync_clock_skew_seconds 1.5',
      'encoderd_sync_held_items 1',
    ]),
  );
});

test('what nobody knows is left out', async () => {
  const bed = new SyncBed({ settings: null });
  bed.start();
  const registry = new Registry();
  addSyncMetrics({ site: bed.site, sync: bed.sync }, [registry]);
  const lines = await linesOf(registry);
  expect(lines).toContain('encoderd_sync_state{state="off"} 1');
  expect(lines).toContain('encoderd_outbox_oldest_age_seconds 0');
  for (const name of ['last_success', 'last_reached', 'clock_skew']) {
    expect(lines.filter((line) => line.includes(name))).toEqual([]);
  }
});
