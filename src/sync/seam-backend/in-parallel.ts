/** How many requests go to a backend at once for one piece of work. */
const AT_ONCE = 4;

/** What `ask` makes of each, in the same order. Rejects as the first that fails; by then no other is begun. */
export async function inParallel<From, To>(
  all: readonly From[],
  ask: (one: From) => Promise<To>,
): Promise<readonly To[]> {
  const answers = new Map<number, To>();
  const ahead = all.entries();
  let hasFailed = false;
  const askOn = async () => {
    for (const [index, one] of ahead) {
      if (hasFailed) return;
      try {
        answers.set(index, await ask(one));
      } catch (error) {
        hasFailed = true;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, all.length) }, askOn));
  return [...answers].sort(([a], [b]) => a - b).map(([, answer]) => answer);
}
