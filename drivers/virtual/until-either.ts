/** What `work` comes to, unless one of the signals fires first: then its reason. Nothing is begun when one has fired already. */
export async function untilEither<T>(signals: readonly AbortSignal[], work: () => Promise<T>): Promise<T> {
  for (const signal of signals) signal.throwIfAborted();
  const stopped = Promise.withResolvers<never>();
  const stops = signals.map((signal) => ({ signal, stop: () => stopped.reject(signal.reason) }));
  for (const { signal, stop } of stops) signal.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([work(), stopped.promise]);
  } finally {
    for (const { signal, stop } of stops) signal.removeEventListener('abort', stop);
  }
}
