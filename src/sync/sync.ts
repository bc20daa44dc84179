import type { Logger } from '../log.ts';
import type { Site } from '../site/site.ts';
import { linkByConfiguration } from './backend-link.ts';
import { Connection } from './connection.ts';
import { hintOf } from './hint.ts';
import { type OpenBackend, openOverHttp, type Protocol } from './open-backend.ts';
import type { SyncControl, SyncStatus } from './sync-status.ts';

/** What the configuration says of the backend. */
export interface BackendSettings {
  readonly endpoint: string;
  /** The key itself. */
  readonly apiKey: string | null;
  readonly apiKeyFile: string | null;
  readonly protocol: Protocol | 'auto';
}

export interface SyncParts {
  readonly site: Site;
  readonly log: Logger;
  /** Null: the configuration names none. */
  readonly settings: BackendSettings | null;
  /** `encoderd/1.0.0` */
  readonly userAgent: string;
  /** How backends are opened; absent: over HTTP. */
  readonly open?: OpenBackend;
  /** At least 0, less than 1; absent: by chance. */
  readonly chance?: () => number;
}

/** Tells the backend what happens at this desk, and makes the desk what the backend is; or does nothing, where there is none. */
export class Sync implements SyncControl, AsyncDisposable {
  readonly #parts: SyncParts;
  readonly #open: OpenBackend;
  #connection: Connection | null = null;
  /** Connections that are being closed. */
  #closing: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(parts: SyncParts) {
    this.#parts = parts;
    this.#open = parts.open ?? openOverHttp(parts.site, parts.userAgent);
  }

  /** Makes the link what the configuration says, and begins. */
  start(): void {
    linkByConfiguration(this.#parts.site, this.#parts.settings?.endpoint ?? null);
    this.linkChanged();
  }

  /** The desk was paired, or has no backend any more: goes on with what the link says now. */
  linkChanged(): void {
    const last = this.#connection;
    this.#connection = null;
    this.#closing = Promise.all([this.#closing, last?.[Symbol.asyncDispose]()]).then(() => this.#connect());
  }

  status(): SyncStatus {
    const { outbox, backend, heldItems } = this.#parts.site.store;
    const link = backend.read();
    const { waiting, refused } = outbox.counts();
    const status = {
      state: link === null ? ('off' as const) : ('connecting' as const),
      endpoint: link?.endpoint ?? null,
      protocol: null,
      waiting,
      refused,
      oldestWaitingAt: outbox.oldestWaitingAt(),
      lastDeliveredAt: outbox.lastDeliveredAt(),
      lastReachedAt: null,
      problem: null,
      skewMs: null,
      mirror: { isWalking: false, met: 0, walkedAt: link?.walkedAt ?? null, held: heldItems.count() },
      ...this.#connection?.status,
    };
    return { ...status, hint: hintOf(status) };
  }

  wake(): void {
    this.#connection?.wake();
  }

  resync(): void {
    this.#connection?.resync();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    this.linkChanged();
    await this.#closing;
  }

  #connect(): void {
    const { site, log, settings, chance } = this.#parts;
    const link = this.#isClosed || this.#connection !== null ? null : site.store.backend.read();
    if (link === null) return;
    const { endpoint, isPaired } = link;
    this.#connection = new Connection({
      site,
      log,
      address: { endpoint, protocol: isPaired ? 'bridge' : (settings?.protocol ?? 'auto') },
      key: isPaired
        ? { apiKey: link.apiKey, apiKeyFile: null }
        : { apiKey: settings?.apiKey ?? null, apiKeyFile: settings?.apiKeyFile ?? null },
      open: this.#open,
      ...(chance && { chance }),
    });
  }
}
