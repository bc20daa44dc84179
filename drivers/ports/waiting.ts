/** Resolves when the promise settles either way, or after so many milliseconds. */
export async function settledWithin(ms: number, promise: PromiseLike<unknown>): Promise<void> {
  const late = Promise.withResolvers<void>();
  const timer = setTimeout(late.resolve, ms);
  await Promise.race([promise.then(nothing, nothing), late.promise]);
  clearTimeout(timer);
}

/** Resolves after so many milliseconds, or as soon as one of the signals fires. */
export async function pause(ms: number, ...signals: readonly AbortSignal[]): Promise<void> {
  const over = Promise.withResolvers<void>();
  const timer = setTimeout(over.resolve, ms);
  const stop = onFirst(signals, () => over.resolve());
  await over.promise;
  clearTimeout(timer);
  stop();
}

/** The promise; rejects with the reason of the first signal that fires before it settles. */
export async function unlessAborted<T>(promise: Promise<T>, ...signals: readonly AbortSignal[]): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const stop = onFirst(signals, ({ reason }) => aborted.reject(reason));
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    stop();
  }
}

/** Resolves when one of the signals fires. */
export async function firstFired(...signals: readonly AbortSignal[]): Promise<void> {
  const fired = Promise.withResolvers<void>();
  const stop = onFirst(signals, () => fired.resolve());
  await fired.promise;
  stop();
}

/**
 * Work with a deadline: its signal fires with the reason of `signals`, or with what `late` makes once `ms` milliseconds have passed, and then the
 * promise rejects with the same, whether the work heeds its signal or not.
 */
export async function withDeadline<T>(
  ms: number,
  late: () => Error,
  signals: readonly AbortSignal[],
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const over = new AbortController();
  const timer = setTimeout(() => over.abort(late()), ms);
  const stop = onFirst(signals, ({ reason }) => over.abort(reason));
  try {
    over.signal.throwIfAborted();
    return await unlessAborted(work(over.signal), over.signal);
  } finally {
    clearTimeout(timer);
    stop();
  }
}

function nothing(): void {}

/** Calls `react` when a signal fires, or now where one has fired. What it returns ends that: signals outlive what listens to them. */
function onFirst(signals: readonly AbortSignal[], react: (signal: AbortSignal) => void): () => void {
  const fired = signals.find((signal) => signal.aborted);
  if (fired !== undefined) {
    react(fired);
    return () => {};
  }
  const listeners = signals.map((signal) => {
    const listener = () => react(signal);
    signal.addEventListener('abort', listener, { once: true });
    return () => signal.removeEventListener('abort', listener);
  });
  return () => {
    for (const remove of listeners) remove();
  };
}
