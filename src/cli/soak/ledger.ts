/** What a card carries for all that the desk has acknowledged: a credential, nothing, or nobody can know. */
type Carried =
  | { readonly kind: 'credential'; readonly id: string }
  | { readonly kind: 'blank' }
  | { readonly kind: 'unknown' };

/** Notes every result that the daemon has acknowledged, and holds what is read later against it. */
export class Ledger {
  readonly #cards = new Map<string, Carried>();
  readonly #acknowledged: string[] = [];
  readonly wrong: string[] = [];

  /** A write has begun: until it ends, the card may carry anything. */
  began(card: string): void {
    this.#cards.set(card, { kind: 'unknown' });
  }

  encoded(card: string, credentialId: string, attemptId: string): void {
    this.#cards.set(card, { kind: 'credential', id: credentialId });
    this.#note(attemptId);
  }

  erased(card: string, attemptId: string): void {
    this.#cards.set(card, { kind: 'blank' });
    this.#note(attemptId);
  }

  /** The write was refused before the first byte: the card is as it was. */
  unchanged(card: string, before: Carried): void {
    this.#cards.set(card, before);
  }

  carriedBy(card: string): Carried {
    return this.#cards.get(card) ?? { kind: 'blank' };
  }

  /** Holds what a scan says against what was acknowledged. */
  read(card: string, standing: string, credentialId: string | undefined): void {
    const carried = this.carriedBy(card);
    if (carried.kind === 'unknown') return;
    const isRight =
      carried.kind === 'blank'
        ? standing === 'none'
        : standing === 'authentic' && credentialId === carried.id;
    if (isRight) return;
    const wanted = carried.kind === 'blank' ? 'nothing' : carried.id;
    this.wrong.push(`card ${card}: ${standing} ${credentialId ?? ''} was read, ${wanted} was acknowledged`);
  }

  /** An attempt that was acknowledged as a success, to be asked for again after a restart; the latest ones. */
  get recent(): readonly string[] {
    return this.#acknowledged;
  }

  #note(attemptId: string): void {
    this.#acknowledged.push(attemptId);
    if (this.#acknowledged.length > 50) this.#acknowledged.shift();
  }
}

export type { Carried };
