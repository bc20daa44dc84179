import { type Attack, type Finding, HELD, hole, notTried } from './attack.ts';
import { type Heard, LiveWire } from './live-wire.ts';
import { type Introduction, isDesk, newNonce, Page, type Paired, pairedIn, takeBack } from './page.ts';
import { waiting } from './pairing.ts';
import { bearer, type Target } from './target.ts';

const PROOF_ADVICE =
  'A paired page is let in on a socket only, by a signature with its own key over both nonces of that socket, its origin and the address at which it asked (src/model/page-proof.ts).';

/** What somebody tries who has stolen the token of a paired page, or listened, or stands between it and the desk. */
export const attacks: readonly Attack[] = [
  replay('desk', 'listens on the daemon’s port in its place', deskProves),
  replay('http', 'uses the token of a paired page over HTTP', async ({ target, page, paired }) => {
    const headers = { ...bearer(paired.token), origin: page.origin };
    const { answers } = await target.send({ target: '/acs/encoders/list', headers });
    return answers[0]?.status === 401
      ? HELD
      : hole(`it got ${answers[0]?.status ?? 'nothing'}`, PROOF_ADVICE);
  }),
  replay('no-proof', 'shows the token of a paired page without a proof', async (desk) =>
    refusedAfter(await open(desk), { type: 'authenticate', token: desk.paired.token }),
  ),
  replay('no-signature', 'lets the desk prove itself, and does not sign', async (desk) =>
    withMeeting(desk, () => ({ token: desk.paired.token })),
  ),
  replay('replayed', 'says again what it heard on another socket', async (desk) => {
    const pageNonce = newNonce();
    const first = await desk.page.meet(desk.paired, { pageNonce });
    if (first === null) return hole('the desk did not prove itself', PROOF_ADVICE);
    const signature = desk.page.sign({ ...first.said.terms, signer: 'page' });
    first.wire.send({ type: 'authenticate', token: desk.paired.token, signature });
    const isIn = authenticated(await first.wire.next());
    first.wire[Symbol.dispose]();
    if (!isIn) return notTried('The page that was paired is not let in with its own signature.');
    return withMeeting(desk, () => ({ token: desk.paired.token, signature }), { pageNonce });
  }),
  replay('other-key', 'signs with another key', async (desk) => {
    const thief = new Page(desk.target);
    return withMeeting(desk, (terms) => ({
      ...{ token: desk.paired.token, signature: thief.sign({ ...terms, signer: 'page' }) },
    }));
  }),
  replay('reflected', 'gives the desk its own signature', async (desk) =>
    withMeeting(desk, (_, deskSignature) => ({ token: desk.paired.token, signature: deskSignature })),
  ),
  replay('as-desk', 'signs as if it were the desk', async ({ page, ...desk }) =>
    withMeeting({ page, ...desk }, (terms) => ({
      ...{ token: desk.paired.token, signature: page.sign({ ...terms, signer: 'desk' }) },
    })),
  ),
  replay(
    'other-address',
    'signs for another port, as a program would have it that passes on what it hears',
    async (desk) =>
      withMeeting(desk, (terms) => ({
        token: desk.paired.token,
        signature: desk.page.sign({ ...terms, address: '127.0.0.1:1', signer: 'page' }),
      })),
  ),
  replay('other-name', 'signs for localhost, and asked at 127.0.0.1', async (desk) =>
    withMeeting(desk, (terms) => ({
      token: desk.paired.token,
      signature: desk.page.sign({
        ...terms,
        address: `localhost:${desk.target.address.port}`,
        signer: 'page',
      }),
    })),
  ),
  replay('other-origin', 'comes from another allowed page, with the key and the token', async (desk) =>
    withMeeting(
      desk,
      (terms) => ({ token: desk.paired.token, signature: desk.page.sign({ ...terms, signer: 'page' }) }),
      { origin: desk.target.origin },
    ),
  ),
  replay('other-token', 'proves to be a paired page, and shows the token of somebody else', async (desk) =>
    withMeeting(desk, (terms) => ({
      token: desk.target.key,
      signature: desk.page.sign({ ...terms, signer: 'page' }),
    })),
  ),
  replay('malleable', 'changes a signature that is good', async (desk) =>
    withMeeting(desk, (terms) => {
      const bytes = Buffer.from(desk.page.sign({ ...terms, signer: 'page' }), 'base64url');
      bytes[40] = (bytes[40] ?? 0) ^ 1;
      return { token: desk.paired.token, signature: bytes.toString('base64url') };
    }),
  ),
  replay('zeros', 'signs with zeros', async (desk) =>
    withMeeting(desk, () => ({ token: desk.paired.token, signature: 'A'.repeat(86) })),
  ),
  replay('revoked', 'comes again after its pairing was ended, and stays on its socket', revoked),
];

function attackNamed(id: string, name: string) {
  return { id: `pairing-${id}`, name, family: 'pairing', pace: 'quick' } as const;
}

/** A paired page, and the daemon that it is paired with. */
interface PairedDesk {
  readonly target: Target;
  readonly page: Page;
  readonly paired: Paired;
}

/** Pairs a page for this attack alone. */
async function withPaired(target: Target, use: (desk: PairedDesk) => Promise<Finding>): Promise<Finding> {
  return waiting(target, async (page, { id, code }) => {
    const paired = pairedIn(await page.confirm(id, code));
    if (paired === null) return notTried('A page is not paired by its code.');
    try {
      return await use({ target, page, paired });
    } finally {
      await takeBack(target, { sessionId: paired.sessionId });
    }
  });
}

function replay(id: string, name: string, run: (desk: PairedDesk) => Promise<Finding>): Attack {
  return { ...attackNamed(id, name), run: (target) => withPaired(target, run) };
}

/** A squatter on the port has not the desk's key, so the page must be able to tell. */
async function deskProves({ page, paired }: PairedDesk): Promise<Finding> {
  const met = await page.meet(paired);
  if (met === null) return hole('the desk did not prove itself', PROOF_ADVICE);
  met.wire[Symbol.dispose]();
  return isDesk(met.said, paired.deskKey)
    ? HELD
    : hole('what the desk signed is not of the key that the pairing told', PROOF_ADVICE);
}

const authenticated = (heard: Heard | null): boolean =>
  heard?.type === 'message' && heard.value['type'] === 'authenticated';

const open = ({ target, page }: PairedDesk) =>
  LiveWire.open(target.address, { host: target.host, origin: page.origin });

/** Held when this frame gets an error, and the socket is over. */
async function refusedAfter(wire: LiveWire, frame: object): Promise<Finding> {
  using socket = wire;
  socket.send(frame);
  const heard = await wire.all(2500);
  if (heard.some(authenticated)) return hole('it was let in', PROOF_ADVICE);
  return wire.isOver ? HELD : hole('the socket stayed open', PROOF_ADVICE);
}

/** What is sent besides the type of the frame. */
type Answered = (terms: Introduction['terms'], deskSignature: string) => object;

/** Lets the desk prove itself, and answers as `answer` says; not to be met at all is held as well. */
async function withMeeting(
  { page, paired }: PairedDesk,
  answer: Answered,
  how: Parameters<Page['meet']>[1] = {},
): Promise<Finding> {
  const met = await page.meet(paired, how);
  if (met === null) return HELD;
  const { wire, said } = met;
  return refusedAfter(wire, { type: 'authenticate', ...answer(said.terms, said.deskSignature) });
}

async function revoked({ target, page, paired }: PairedDesk): Promise<Finding> {
  const met = await page.meet(paired);
  if (met === null) return hole('the desk did not prove itself', PROOF_ADVICE);
  using wire = met.wire;
  const signature = page.sign({ ...met.said.terms, signer: 'page' });
  wire.send({ type: 'authenticate', token: paired.token, signature });
  if (!authenticated(await wire.next())) {
    return notTried('The page that was paired is not let in with its own signature.');
  }
  await takeBack(target, { sessionId: paired.sessionId });
  await wire.all(2500 * target.patience);
  if (!wire.isOver) return hole('its open socket stayed open', PROOF_ADVICE);
  return withMeeting({ target, page, paired }, (terms) => ({
    ...{ token: paired.token, signature: page.sign({ ...terms, signer: 'page' }) },
  }));
}
