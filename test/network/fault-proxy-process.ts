import { z } from 'zod';
import { FAULTS, type FaultName } from './fault.ts';
import { FaultProxy } from './fault-proxy.ts';

/**
 * A fault proxy in a process of its own, so that it can be killed: `node fault-proxy-process.ts PORT TARGET`, with an IPC channel over which
 * it is told what to do, and says when it is done. It ends with whoever started it.
 */
const isFaultName = (name: string): name is FaultName => name in FAULTS;
const faultName = z.custom<FaultName>((name) => typeof name === 'string' && isFaultName(name));
const mixedName = z.custom<Exclude<FaultName, 'refused'>>(
  (name) => typeof name === 'string' && isFaultName(name) && name !== 'refused',
);

const order = z.union([
  z.object({ set: faultName.nullable(), path: z.string() }),
  z.object({ next: mixedName, count: z.int(), path: z.string() }),
  z.object({ mix: z.object({ names: z.array(mixedName), share: z.number(), seed: z.int() }).nullable() }),
  z.object({ target: z.string().nullable() }),
]);

export type ProxyOrder = z.input<typeof order>;

const [port, target] = process.argv.slice(2);
const proxy = await FaultProxy.open(target === undefined || target === '' ? null : target, Number(port));

async function follow(given: unknown): Promise<void> {
  const asked = order.parse(given);
  if ('set' in asked) await proxy.set(asked.set === null ? null : FAULTS[asked.set], asked.path);
  else if ('next' in asked) proxy.next(asked.count, FAULTS[asked.next], asked.path);
  else if ('mix' in asked) proxy.mix(asked.mix);
  else proxy.target = asked.target;
  process.send?.({ done: true, passed: proxy.passed, met: Object.fromEntries(proxy.met) });
}

process.on('message', (given) => void follow(given));
process.on('disconnect', () => process.exit());
process.send?.({ port: proxy.port });
