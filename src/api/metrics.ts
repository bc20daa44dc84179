import { Counter, Gauge, Registry } from 'prom-client';
import { DELIVERY_STATES } from '../model/webhook.ts';
import { addEncoderMetrics } from './encoder-metrics.ts';
import type { Desk } from './operation.ts';
import { addSyncMetrics } from './sync-metrics.ts';

export interface Metrics {
  readonly contentType: string;
  text(): Promise<string>;
}

/** What Prometheus reads; asked of the store when it comes, so that nothing is counted between a card and an app. */
export function createMetrics({ site, encoders, recorder, sync }: Desk): Metrics {
  const registry = new Registry();
  const registers = [registry];
  // Not prom-client's default metrics: one of them wakes the process a hundred times a second, for ever.
  new Gauge({
    name: 'process_resident_memory_bytes',
    help: 'Memory that the daemon holds',
    registers,
    collect() {
      this.set(process.memoryUsage.rss());
    },
  });
  new Counter({
    name: 'process_cpu_seconds_total',
    help: 'Processor time that the daemon has used',
    registers,
    collect() {
      const { user, system } = process.cpuUsage();
      this.reset();
      this.inc((user + system) / 1e6);
    },
  });
  new Gauge({
    name: 'encoderd_encoders',
    help: 'Encoders that this desk has seen, by driver and state',
    labelNames: ['driver', 'state'],
    registers,
    collect() {
      this.reset();
      for (const encoder of site.store.encoders.list({}, { after: 0, limit: 1000 }).rows) {
        const state = encoder.isOnline ? (encoder.isBusy ? 'busy' : 'online') : 'offline';
        this.inc({ driver: encoder.driver, state });
      }
    },
  });
  new Gauge({
    name: 'encoderd_driver_running',
    help: 'Whether a driver sees its devices',
    labelNames: ['driver'],
    registers,
    collect() {
      for (const { driver, state } of encoders.drivers()) this.set({ driver }, state === 'running' ? 1 : 0);
    },
  });
  addEncoderMetrics({ site, recorder }, registers);
  addSyncMetrics({ site, sync }, registers);
  new Gauge({
    name: 'encoderd_webhook_deliveries',
    help: 'Events that are kept and were, or are, to be delivered to a webhook, by state',
    labelNames: ['state'],
    registers,
    collect() {
      for (const state of DELIVERY_STATES) this.set({ state }, site.store.deliveries.count(state));
    },
  });
  new Counter({
    name: 'encoderd_changes_total',
    help: 'Change lines ever recorded at this desk',
    registers,
    collect() {
      this.reset();
      this.inc(site.store.changes.last());
    },
  });
  return { contentType: registry.contentType, text: () => registry.metrics() };
}
