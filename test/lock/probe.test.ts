import { test } from 'vitest';
import { encoded } from './desk.ts';

test('probe', async () => {
  for (const t of ['ntag213', 'mifare_classic_1k', 'mifare_desfire'] as const) {
    const m = Buffer.from(await encoded({ technology: t, uid: '04A2B3C4D5E680' }));
    const needle = Buffer.from('0b1c2d3e4f5046178293a4b5c6d7e8f9', 'hex');
    let at = -1;
    const all = [];
    while ((at = m.indexOf(needle, at + 1)) >= 0) all.push(at);
    console.log(t, m.length, all, m.subarray(0, 200).toString('latin1').slice(0, 150));
  }
});
