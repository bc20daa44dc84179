import { pause } from '../ports/waiting.ts';
import type { PcproxReader } from './reader.ts';
import type { Light, Takeover } from './takeover.ts';

/** How long a light says how it went. */
const CUE_MS = 600;

/** Says with the reader's lights how it went, and gives them back. */
export class CueLight {
  readonly #reader: PcproxReader;
  readonly #takeover: Takeover;
  readonly #ending = new AbortController();
  /** Ends the light that is on when another one is shown. */
  #superseding = new AbortController();
  #showing: Promise<void> = Promise.resolve();

  constructor(reader: PcproxReader, takeover: Takeover) {
    this.#reader = reader;
    this.#takeover = takeover;
  }

  /** Best effort: a reader that does not take it is no reason to fail. */
  show(light: Light): void {
    if (this.#ending.signal.aborted || this.#reader.gone.aborted) return;
    this.#superseding.abort();
    this.#superseding = new AbortController();
    this.#showing = this.#show(light, this.#superseding.signal).catch(() => {});
  }

  /** Resolves when the reader has its lights for itself. */
  async end(): Promise<void> {
    this.#ending.abort();
    await this.#showing;
  }

  async #show(light: Light, superseded: AbortSignal): Promise<void> {
    await this.#reader.alone(() => this.#takeover.light(light));
    await pause(CUE_MS, superseded, this.#ending.signal, this.#reader.gone);
    // Otherwise the light that came after this one gives them back.
    if (!superseded.aborted) await this.#reader.alone(() => this.#takeover.unlight());
  }
}
