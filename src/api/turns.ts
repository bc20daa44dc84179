/** How many are served before others get their turn. */
const AT_ONCE = 25;

/** Serves many in slices, one slice in a turn of the event loop, so that whoever asks for something else meanwhile need not wait for all of them. */
export class Turns<One> {
  readonly #serve: (one: One) => void;
  readonly #waiting = new Set<One>();
  #isServing = false;

  constructor(serve: (one: One) => void) {
    this.#serve = serve;
  }

  /** Each of them is served after this, once however often it is added before. The first ones at once. */
  add(all: Iterable<One>): void {
    for (const one of all) this.#waiting.add(one);
    if (!this.#isServing) this.#next();
  }

  /** This one is not to be served any more. */
  remove(one: One): void {
    this.#waiting.delete(one);
  }

  #next(): void {
    let served = 0;
    for (const one of this.#waiting) {
      if (served === AT_ONCE) break;
      served += 1;
      this.#waiting.delete(one);
      this.#serve(one);
    }
    this.#isServing = this.#waiting.size > 0;
    if (this.#isServing) setImmediate(() => this.#next());
  }
}

/** Asks at most once in a turn of the event loop. What is learnt is the answer for the others who ask in that turn. */
export function oncePerTurn<Answer>(ask: () => Answer): () => Answer {
  let known: { readonly answer: Answer } | null = null;
  return () => {
    if (known === null) {
      known = { answer: ask() };
      setImmediate(() => {
        known = null;
      });
    }
    return known.answer;
  };
}
