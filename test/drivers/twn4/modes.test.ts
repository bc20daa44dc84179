import { describe, expect } from 'vitest';
import { SIMULATED_MODES } from '../../benches/twn4/reader-frames.ts';
import { makeTwn4Bench } from '../../benches/twn4/twn4-bench.ts';
import { encoderContract } from '../../contracts/encoder.ts';
import { factsOver } from '../../contracts/encoder-cards.ts';
import { arrivalsOf, fires, patience } from '../../contracts/encoder-desk.ts';
import { imageOf, KeptJournal, recordOf, SITE } from '../../contracts/encoder-site.ts';

const TAG = { technology: 'ntag215', uid: '04B1C2D3E4F560' } as const;

/** Each mode of the firmware, which the driver has to find out. The whole contract holds for each of them; it is tried in CI. */
for (const mode of SIMULATED_MODES) {
  const makeBench = () => makeTwn4Bench({ mode });
  if (process.env['CI'] === 'true' && mode !== 'ascii') encoderContract(`drivers/twn4, ${mode}`, makeBench);

  describe(`a TWN4 whose firmware speaks ${mode}`, () => {
    const fact = factsOver(makeBench);
    fact('has its cards read and written, before it was unplugged and after', async (desk) => {
      await desk.bench.placeCard(TAG);
      const card = await desk.nextCard();
      await card.write(SITE, imageOf(1), new KeptJournal(), patience());
      await desk.unplug();
      await fires(desk.encoder.gone, '`gone`');
      await desk.replug();
      await desk.news.until('its return', (seen) => arrivalsOf(desk.device.id, seen)[1]);
      await desk.reopen();
      const { content } = await (await desk.nextCard()).inspect(SITE, patience());
      expect(content).toEqual({ kind: 'record', record: recordOf(1), standing: 'authentic' });
    });
  });
}
