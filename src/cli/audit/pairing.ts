import { type Attack, type Finding, HELD, hole, notTried, worstOf } from './attack.ts';
import { Page, pairedIn, pairingIdIn, takeBack } from './page.ts';
import type { Target } from './target.ts';
import { type Answer, brief, requestText, talk } from './wire.ts';

const DOOR_ADVICE =
  'A page may ask to be paired and nothing more, from an origin of its own, a few times; what lets it in is a code that a person reads elsewhere.';
const NO_PAGES = 'This daemon pairs no pages (/v1/pairing/request).';

export const attacks: readonly Attack[] = [
  knock('no-origin', 'asks to be paired without saying which page it is', (page) =>
    page.request({ origin: undefined }),
  ),
  knock('null', 'asks to be paired as a file or a sandboxed frame', (page) =>
    page.request({ origin: 'null' }),
  ),
  knock('file', 'asks to be paired as a file', (page) => page.request({ origin: 'file://' })),
  knock('extension', 'asks to be paired as an extension', (page) =>
    page.request({ origin: 'chrome-extension://abc' }),
  ),
  knock('two-origins', 'asks to be paired as two pages', (page) =>
    page.request({ origin: `${page.origin} https://a.invalid` }),
  ),
  knock('bridge', 'asks to be paired as another desk', (page) => page.request({}, ['read', 'bridge'])),
  knock('weak-key', 'asks to be paired with a key that is none', (page) =>
    page.post('/v1/pairing/request', { scopes: ['read'], public_key: 'AAAA' }),
  ),
  attack('code', 'looks for the code in what it is told', codeInAnswer),
  attack('list', 'asks which pages wait, with their codes', listsCodes),
  attack('wrong-code', 'types a wrong code', wrongCode),
  attack('other-page', 'types the code of another page', otherPagesCode),
  attack('code-twice', 'types a code again that has been used', codeTwice),
  attack('many', 'asks to be paired again and again', asksOften),
];

function attack(id: string, name: string, run: Attack['run']): Attack {
  return { id: `pairing-${id}`, name, family: 'pairing', pace: 'quick', run };
}

/** An order that must be refused; what comes of it is taken back. */
function knock(id: string, name: string, ask: (page: Page) => Promise<Answer | undefined>): Attack {
  return attack(id, name, async (target) => {
    const answer = await ask(new Page(target));
    if (answer?.status === 404) return notTried(NO_PAGES);
    const pairingId = pairingIdIn(answer);
    if (pairingId !== undefined) await takeBack(target, { pairingId });
    const isRefused = answer === undefined || [400, 403].includes(answer.status);
    return isRefused ? HELD : hole(`it got ${answer.status}: ${brief(answer.body)}`, DOOR_ADVICE);
  });
}

/** A page that waits for its code; it waits no more when `use` is done. */
export async function waiting(
  target: Target,
  use: (page: Page, asked: { id: string; code: string; answer: string }) => Promise<Finding>,
): Promise<Finding> {
  const page = new Page(target);
  const asked = await page.ask();
  if ('why' in asked) return notTried(asked.why);
  try {
    return await use(page, asked);
  } finally {
    await takeBack(target, { pairingId: asked.id });
  }
}

function codeInAnswer(target: Target): Promise<Finding> {
  return waiting(target, async (_, { code, answer }) =>
    answer.includes(`"${code}"`) || answer.includes('"code"')
      ? hole(`it was told ${brief(answer)}`, DOOR_ADVICE)
      : HELD,
  );
}

function listsCodes(target: Target): Promise<Finding> {
  return waiting(target, async (page) => {
    const answers = [
      await page.post('/v1/pairing/list', {}),
      await page.post('/v1/pairing/list', {}, { origin: undefined }),
      await page.post('/v1/pairing/list', {}, { origin: target.origin }),
    ];
    const told = answers.find((answer) => answer !== undefined && answer.status < 400);
    return told === undefined ? HELD : hole(`it was told ${brief(told.body)}`, DOOR_ADVICE);
  });
}

/** One wrong code only: ten of all who try lock the door for everybody. */
function wrongCode(target: Target): Promise<Finding> {
  return waiting(target, async (page, { id, code }) => {
    const answer = await page.confirm(id, code === '000000' ? '000001' : '000000');
    return judgeConfirm(target, answer);
  });
}

function otherPagesCode(target: Target): Promise<Finding> {
  return waiting(target, async (_, { id, code }) => {
    const thief = new Page(target);
    return worstOf([
      await judgeConfirm(target, await thief.confirm(id, code)),
      await judgeConfirm(target, await thief.confirm(id, code, { origin: undefined })),
      await judgeConfirm(target, await thief.confirm(id, code, { origin: target.origin })),
    ]);
  });
}

async function judgeConfirm(target: Target, answer: Answer | undefined): Promise<Finding> {
  if (answer === undefined || answer.status >= 400) return HELD;
  const paired = pairedIn(answer);
  if (paired !== null) await takeBack(target, { sessionId: paired.sessionId });
  return hole(`it was let in: ${brief(answer.body, 60)}`, DOOR_ADVICE);
}

function codeTwice(target: Target): Promise<Finding> {
  return waiting(target, async (page, { id, code }) => {
    const paired = pairedIn(await page.confirm(id, code));
    if (paired === null) return notTried('A page is not paired by its code.');
    try {
      return await judgeConfirm(target, await page.confirm(id, code));
    } finally {
      await takeBack(target, { sessionId: paired.sessionId });
    }
  });
}

/** More requests than one page needs in ten minutes; each takes the place of the one before. */
const MOST_REQUESTS = 12;

async function asksOften(target: Target): Promise<Finding> {
  const page = new Page(target);
  let pairingId: string | undefined;
  try {
    for (let n = 0; n < MOST_REQUESTS; n += 1) {
      // Not by the page itself, which waits when it is put off.
      const request = requestText({
        ...{ method: 'POST', target: '/v1/pairing/request' },
        headers: { host: target.host, 'content-type': 'application/json', origin: page.origin },
        body: JSON.stringify({ scopes: ['read'], public_key: page.publicKey }),
      });
      const [answer] = (await talk(target.address, request)).answers;
      if (answer?.status === 404) return notTried(NO_PAGES);
      if (answer?.status === 429) return HELD;
      pairingId = pairingIdIn(answer) ?? pairingId;
    }
    return hole(`${MOST_REQUESTS} requests of one page were all taken`, DOOR_ADVICE);
  } finally {
    if (pairingId !== undefined) await takeBack(target, { pairingId });
  }
}
