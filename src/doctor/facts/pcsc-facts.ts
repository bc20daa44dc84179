import { z } from 'zod';
import { lastWords } from '../command.ts';
import type { Computer } from '../computer.ts';

/** Of the patience: loading the native package and asking takes a fifth of a second; pcscd, started by its socket, some more. */
const PART = 0.5;

const answer = z.union([
  z.object({ readers: z.array(z.string()) }),
  z.object({ refusal: z.string(), code: z.string() }),
]);

/** What the user that the daemon runs as gets from the smart card service. */
export type PcscFacts =
  | { readonly state: 'works'; readonly readers: readonly string[]; readonly askedAs: string }
  /** `code`: of the socket (ENOENT, ECONNREFUSED, EACCES), of libpcsclite (0x8010006a), or `timeout`, `unloadable`. */
  | {
      readonly state: 'refused';
      readonly code: string;
      readonly message: string;
      readonly askedAs: string;
    };

/** Connects to pcscd with libpcsclite, as the daemon does (SCardEstablishContext), in a process of the daemon's user. */
export async function pcscFacts(desk: Computer): Promise<PcscFacts> {
  const { account } = desk.worker;
  const askedAs = desk.canBe(account) ? account.name : `${process.env['USER'] ?? 'you'}, not ${account.name}`;
  const deadlineMs = desk.patienceMs * PART;
  const outcome = await desk.runOwn(account, 'drivers/pcsc/probe.ts', [], deadlineMs);
  const parsed = answer.safeParse(jsonIn(outcome.stdout));
  if (!parsed.success && outcome.code === null) {
    const message = `no answer within ${deadlineMs / 1000} s`;
    return { state: 'refused', code: 'timeout', message, askedAs };
  }
  if (!parsed.success) return { state: 'refused', code: 'unloadable', message: lastWords(outcome), askedAs };
  if ('readers' in parsed.data) return { state: 'works', readers: parsed.data.readers, askedAs };
  return { state: 'refused', code: parsed.data.code, message: parsed.data.refusal, askedAs };
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
