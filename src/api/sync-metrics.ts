import { Gauge, type Registry } from 'prom-client';
import { SYNC_STATES } from '../sync/sync-status.ts';
import type { Desk } from './operation.ts';

/** What Prometheus reads about the sync with the backend; times are seconds since 1970. A value that is not known is left out. */
export function addSyncMetrics({ site, sync }: Pick<Desk, 'site' | 'sync'>, registers: Registry[]): void {
  new Gauge({
    name: 'encoderd_outbox_messages',
    help: 'Messages that a backend has not taken: they wait, or it refused them',
    labelNames: ['state'],
    registers,
    collect() {
      const { waiting, refused } = site.store.outbox.counts();
      this.set({ state: 'waiting' }, waiting);
      this.set({ state: 'refused' }, refused);
    },
  });
  new Gauge({
    name: 'encoderd_outbox_oldest_age_seconds',
    help: 'For how long the message has waited that has waited longest; 0: none waits',
    registers,
    collect() {
      const at = site.store.outbox.oldestWaitingAt();
      this.set(at === null ? 0 : Math.max(0, site.clock.now() - at) / 1000);
    },
  });
  new Gauge({
    name: 'encoderd_sync_last_success_timestamp_seconds',
    help: 'When the backend took a message last',
    registers,
    collect() {
      setOrLeaveOut(this, site.store.outbox.lastDeliveredAt());
    },
  });
  new Gauge({
    name: 'encoderd_sync_last_reached_timestamp_seconds',
    help: 'When the backend answered last, since the daemon started',
    registers,
    collect() {
      setOrLeaveOut(this, sync.status().lastReachedAt);
    },
  });
  new Gauge({
    name: 'encoderd_sync_state',
    help: 'How it stands with the backend: 1 for the state that it is in, 0 for the others',
    labelNames: ['state'],
    registers,
    collect() {
      const { state } = sync.status();
      for (const one of SYNC_STATES) this.set({ state: one }, one === state ? 1 : 0);
    },
  });
  new Gauge({
    name: 'encoderd_sync_clock_skew_seconds',
    help: "How far this computer's clock is ahead of the backend's",
    registers,
    collect() {
      setOrLeaveOut(this, sync.status().skewMs);
    },
  });
  new Gauge({
    name: 'encoderd_sync_held_items',
    help: 'Things that the backend has and this desk cannot have yet',
    registers,
    collect() {
      this.set(site.store.heldItems.count());
    },
  });
}

/** From milliseconds. */
function setOrLeaveOut(gauge: Gauge, ms: number | null): void {
  if (ms === null) gauge.remove();
  else gauge.set(ms / 1000);
}
