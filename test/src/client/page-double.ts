import type { KeptPairing, Page, PageProblem } from '../../../src/client/page.ts';

/** A page whose browser says what the test says. */
export class PageDouble implements Page {
  readonly pageOrigin = 'https://desk.example';
  pageTitle = 'Front desk';
  isSafari = false;
  /** What `problem` answers, one after the other; the last one stays. */
  problems: (PageProblem | null)[] = [null];
  kept: KeptPairing | undefined;
  answers: (string | null)[] = [];
  asked: string[] = [];
  #attempts: readonly string[] = [];
  #wake: () => void = () => undefined;

  async problem(): Promise<PageProblem | null> {
    const [next = null] = this.problems;
    if (this.problems.length > 1) this.problems.shift();
    return next;
  }

  async pairingAt(): Promise<KeptPairing | undefined> {
    return this.kept;
  }

  async keepPairing(_url: string, pairing: KeptPairing | undefined): Promise<void> {
    this.kept = pairing;
  }

  attempts(): readonly string[] {
    return this.#attempts;
  }

  keepAttempts(_url: string, ids: readonly string[]): void {
    this.#attempts = ids;
  }

  exclusively<T>(_name: string, work: () => Promise<T>): Promise<T> {
    return work();
  }

  onWake(listener: () => void, signal: AbortSignal): void {
    this.#wake = listener;
    signal.addEventListener('abort', () => {
      this.#wake = () => undefined;
    });
  }

  /** The person looks at the page again. */
  wake(): void {
    this.#wake();
  }

  ask(question: string): string | null {
    this.asked.push(question);
    return this.answers.shift() ?? null;
  }
}
