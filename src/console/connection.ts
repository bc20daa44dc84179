import { connect, type Desk, DeskError, type Pairing, type Scope } from '../client/client.ts';

/** How this page stands with the daemon that served it. */
export type PageConnection =
  | { readonly kind: 'connecting' }
  /** Nobody has let this page in yet. */
  | { readonly kind: 'unpaired' }
  /** The desk shows a code, and waits for it. */
  | {
      readonly kind: 'asking';
      readonly pairing: Pairing;
      /** Whether a code was typed that was wrong. */
      readonly wasWrong: boolean;
      readonly answer: (code: string | null) => void;
    }
  | { readonly kind: 'failed'; readonly error: DeskError }
  | { readonly kind: 'open'; readonly desk: Desk };

/** What a clerk's page asks for; a technician's page asks for `admin`, too. */
const CLERK_SCOPES: readonly Scope[] = ['read', 'scan', 'encode', 'manage'];

/** Connects the page with what it was paired for. Never rejects. */
export async function connectAgain(
  url: string,
  onState: (connection: PageConnection) => void,
): Promise<void> {
  onState({ kind: 'connecting' });
  try {
    onState({ kind: 'open', desk: await connect({ url, askForCode: null }) });
  } catch (error) {
    const failure = asDeskError(error);
    onState(failure.code === 'page_not_paired' ? { kind: 'unpaired' } : { kind: 'failed', error: failure });
  }
}

/** Asks to be let in; the person is asked for the code. Never rejects. */
export async function connectAnew(
  url: string,
  isForTechnician: boolean,
  onState: (connection: PageConnection) => void,
): Promise<void> {
  onState({ kind: 'connecting' });
  let asked = 0;
  try {
    const desk = await connect({
      url,
      name: 'Console',
      scopes: isForTechnician ? [...CLERK_SCOPES, 'admin'] : CLERK_SCOPES,
      pairAgain: true,
      askForCode: (pairing) => {
        const { promise, resolve } = Promise.withResolvers<string | null>();
        onState({ kind: 'asking', pairing, wasWrong: asked > 0, answer: resolve });
        asked += 1;
        return promise;
      },
    });
    onState({ kind: 'open', desk });
  } catch (error) {
    onState({ kind: 'failed', error: asDeskError(error) });
  }
}

/** Whatever was thrown, as what a page can say. */
export function asDeskError(error: unknown): DeskError {
  if (error instanceof DeskError) return error;
  const detail = error instanceof Error ? error.message : String(error);
  return new DeskError('unknown', detail);
}
