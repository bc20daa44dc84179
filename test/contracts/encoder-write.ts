import { expect } from 'vitest';
import type { Fact } from './encoder-cards.ts';
import { codeOf, patience, rejectionOf } from './encoder-desk.ts';
import { KeptJournal, keysAsText } from './encoder-site.ts';
import type { Written } from './encoder-written.ts';

/** What a driver promises of `write`, of a card that stays in the field as of one that is swiped again for each pass. */
export function writeFacts(fact: Fact, written: Written, { unplugs }: { readonly unplugs: boolean }): void {
  const { site, card: TAG, image, authentic, blank, slowly, isSwiped } = written;

  fact('resolves when the card holds the image, and keeps it out of the field', async (desk) => {
    await desk.bench.placeCard(TAG);
    const card = await desk.nextCard();
    await card.write(site, image(1), new KeptJournal(), patience());
    expect((await card.inspect(site, patience())).content).toEqual(authentic(1));
    await desk.lift(card);
    await desk.bench.placeCard(TAG);
    const again = await desk.nextCard();
    const found = await again.inspect(site, patience());
    expect(found.content).toEqual(authentic(1));
    await again.write(site, image(2), new KeptJournal(), patience());
    const previous = { kind: 'previous', format: image(1).format, preimage: found.preimage } as const;
    await again.write(site, previous, new KeptJournal(), patience());
    expect((await again.inspect(site, patience())).content).toEqual(authentic(1));
    await again.write(site, blank, new KeptJournal(), patience());
    expect((await again.inspect(site, patience())).content).toEqual({ kind: 'blank' });
  });
  fact('notes its progress in order, from nothing to all of it', async (desk) => {
    await desk.bench.placeCard(TAG);
    const card = await desk.nextCard();
    const journal = new KeptJournal();
    await card.write(site, image(1), journal, patience());
    const [first] = journal.notes;
    expect(first).toMatchObject({ phase: 'writing', done: 0 });
    expect(journal.notes.at(-1)).toEqual({ phase: 'verifying', done: first?.total, total: first?.total });
    const steps = journal.notes.map(({ done }) => done);
    expect(steps).toEqual(steps.toSorted((a, b) => a - b));
    const phases = journal.notes.map(({ phase }) => phase);
    expect(phases.lastIndexOf('writing')).toBeLessThan(phases.indexOf('verifying'));
    expect(new Set(journal.notes.map(({ total }) => total)).size).toBe(1);
    const asking = journal.notes.filter(({ awaitsSwipe }) => awaitsSwipe).map(({ phase }) => phase);
    expect([...new Set(asking)]).toEqual(isSwiped ? ['writing', 'verifying'] : []);
  });
  fact('that is given up before its first note leaves the card as it was', async (desk) => {
    await desk.bench.placeCard({ ...TAG, ...slowly });
    const card = await desk.nextCard();
    const found = await card.inspect(site, patience());
    const journal = new KeptJournal();
    const reason = new Error('the guest went for a walk');
    const refused = card.write(site, image(1), journal, AbortSignal.abort(reason));
    expect(await rejectionOf(refused)).toBe(reason);
    const abort = new AbortController();
    const writing = rejectionOf(card.write(site, image(1), journal, abort.signal));
    abort.abort(reason);
    expect(await writing).toBe(reason);
    expect(await card.inspect(site, patience())).toEqual(found);
    expect(journal.notes).toEqual([]);
  });
  fact('that is given up at its first note, or after, ends all the same', async (desk) => {
    await desk.bench.placeCard({ ...TAG, ...slowly });
    const card = await desk.nextCard();
    const abort = new AbortController();
    await card.write(site, image(1), new KeptJournal(() => abort.abort()), abort.signal);
    expect((await card.inspect(site, patience())).content).toEqual(authentic(1));
  });
  fact('never interleaves with other work on the card', async (desk) => {
    await desk.bench.placeCard(TAG);
    const card = await desk.nextCard();
    const ends: string[] = [];
    const write = async (name: string, number: number) => {
      const journal = new KeptJournal(() => ends.push(`${name} begins`));
      await card.write(site, image(number), journal, patience());
      ends.push(`${name} ends`);
    };
    const [, , found] = await Promise.all([
      write('one', 1),
      write('another', 2),
      card.inspect(site, patience()),
      card.read(patience()),
    ]);
    expect(ends).toEqual(['one begins', 'one ends', 'another begins', 'another ends']);
    expect(found.content).toEqual(authentic(2));
  });
  const whatClosingDoes = isSwiped
    ? 'that waits for a swipe ends by the closing of its encoder'
    : 'that has begun ends before its encoder is closed';
  fact(whatClosingDoes, async (desk) => {
    await desk.bench.placeCard({ ...TAG, ...slowly });
    const card = await desk.nextCard();
    const journal = new KeptJournal();
    const writing = card.write(site, image(1), journal, patience());
    writing.catch(() => {});
    await journal.begun;
    await desk.encoder[Symbol.asyncDispose]();
    if (isSwiped) {
      expect(codeOf(await rejectionOf(writing))).toBe('device_lost');
      return;
    }
    expect(journal.notes.at(-1)).toMatchObject({ phase: 'verifying' });
    await writing;
    await desk.reopen();
    expect((await (await desk.nextCard()).inspect(site, patience())).content).toEqual(authentic(1));
  });
  fact('leaves no key in the log, whatever becomes of it', async (desk) => {
    const faults = isSwiped ? {} : { faults: { pulledAt: { exchange: 20, moment: 'after' } } as const };
    await desk.bench.placeCard({ ...TAG, ...faults });
    const card = await desk.nextCard();
    const torn = card.write(site, image(1), new KeptJournal(), patience());
    await (isSwiped ? torn : rejectionOf(torn));
    await desk.lift(card);
    await desk.bench.placeCard(TAG);
    const again = await desk.nextCard();
    await again.write(site, image(1), new KeptJournal(), patience());
    await again.inspect(site, patience());
    const said = desk.bench.logged.join('\n').toLowerCase();
    for (const key of keysAsText()) expect(said).not.toContain(key.toLowerCase());
    for (const secret of written.secrets) expect(said).not.toContain(secret.toLowerCase());
  });
  if (!unplugs) return;
  fact('to a device that goes meanwhile rejects, and the card is removed with it', async (desk) => {
    await desk.bench.placeCard({ ...TAG, ...slowly });
    const card = await desk.nextCard();
    if (isSwiped) desk.swipes.isWilling = false;
    const journal = new KeptJournal();
    const writing = rejectionOf(card.write(site, image(1), journal, patience()));
    await journal.begun;
    await desk.unplug();
    expect(['card_removed', 'device_lost']).toContain(codeOf(await writing));
    expect(['card_removed', 'device_lost']).toContain(codeOf(await desk.removal(card)));
  });
}
