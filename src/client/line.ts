import { proofText } from '../model/page-proof.ts';
import { DeskError, lost, wrongPort } from './errors.ts';
import { makeNonce, sign, verify } from './keys.ts';
import type { KeptPairing, Page } from './page.ts';
import { type Frame, frameIn, refusalIn, textIn } from './wire.ts';

/** How long the daemon may take until it has let a page in, milliseconds. */
const GREETING_MS = 10_000;

/** By what a page is let in. */
export type Admission = { readonly token: string } | KeptPairing;

/** One WebSocket on which the daemon knows who speaks. */
export interface Line {
  /** The daemon's word that it has let the page in. */
  readonly welcome: Frame;
  send(frame: object): void;
  close(): void;
}

/**
 * Opens a line. The desk of a pairing proves first that it is the one: before that it is told nothing but the id of
 * the session and a nonce. `onLost` is called once, when a line that was open is gone, with what the daemon said
 * before. Rejects with a DeskError, or with undefined when the socket did not open: the browser does not say why.
 */
export async function openLine(
  { pageOrigin: origin }: Page,
  url: string,
  admission: Admission,
  onFrame: (frame: Frame) => void,
  onLost: (refusal: DeskError | undefined) => void,
): Promise<Line> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/live`);
  const close = () => socket.close();
  const send = (frame: object) => socket.send(JSON.stringify(frame));
  let isReached = false;
  let isOpen = false;
  let refusal: DeskError | undefined;
  let next = Promise.withResolvers<Frame>();
  const fail = () => {
    if (isReached) refusal ??= lost(url);
    next.reject(refusal);
  };
  /** The answer to a frame. */
  const ask = (frame: object) => {
    next = Promise.withResolvers();
    if (socket.readyState === socket.OPEN) send(frame);
    else fail();
    return next.promise;
  };
  socket.onopen = () => {
    isReached = true;
    next.resolve({});
  };
  socket.onmessage = ({ data }) => {
    const frame = frameIn(String(data));
    if (frame['type'] === 'error') refusal = refusalIn(frame);
    else if (isOpen) onFrame(frame);
    else next.resolve(frame);
  };
  socket.onclose = ({ code, reason }) => {
    // Other refusals come in a frame before.
    if (code === 4403) refusal ??= new DeskError('origin_not_allowed', reason);
    if (isOpen) onLost(refusal);
    else fail();
  };
  const late = setTimeout(close, GREETING_MS);
  try {
    await next.promise;
    const { token } = admission;
    let signature: string | undefined;
    if ('key' in admission) {
      const { id: clientSessionId, deskKey, key } = admission;
      const pageNonce = makeNonce();
      const proof = await ask({ type: 'prove', client_session_id: clientSessionId, nonce: pageNonce });
      const [deskNonce, { host }] = [textIn(proof['nonce']), new URL(url)];
      const textOf = (signer: 'desk' | 'page') =>
        proofText({ signer, clientSessionId, pageNonce, deskNonce, origin, address: host });
      if (!(await verify(deskKey, textIn(proof['signature']), textOf('desk')).catch(() => false))) {
        throw new DeskError('not_the_paired_daemon', url);
      }
      signature = await sign(key, textOf('page'));
    }
    const welcome = await ask({ type: 'authenticate', token, signature });
    if (welcome['type'] !== 'authenticated') throw wrongPort(url);
    isOpen = true;
    return { welcome, send, close };
  } catch (error) {
    close();
    throw error;
  } finally {
    clearTimeout(late);
  }
}
