import { expect, test } from 'vitest';
import { z } from 'zod';
import { operation } from '../../conformance.ts';
import { refused } from '../../stand.ts';

const path = '/v1/bridge/walk';

const page = z.object({
  items: z.array(z.object({ kind: z.string(), id: z.string(), state: z.unknown() })),
  position: z.string().nullable(),
});

operation(path, (stand) => {
  test('goes through everything once, things after those that they name', async () => {
    const acs_user_id = await stand.user();
    const acs_credential_id = await stand.credential({ acs_user_id });
    const desk = stand.pairedDesk();
    const met: string[] = [];
    let position: string | null = null;
    do {
      const part: z.output<typeof page> = await desk.ask(path, { position }, page);
      met.push(...part.items.map(({ id }) => id));
      position = part.position;
    } while (position !== null);
    expect(met).toContain(acs_user_id);
    expect(met.indexOf(acs_user_id)).toBeLessThan(met.indexOf(acs_credential_id));
    expect(new Set(met).size).toBe(met.length);
  });

  test('refuses a position that is none', async () => {
    for (const position of ['x', 'acs_encoder:0', 'acs_user:', 'acs_user:1:2']) {
      expect(await refused(stand.pairedDesk().post(path, { position })), position).toBe('invalid_input');
    }
    expect(await refused(stand.raw.post(path))).toBe('missing_scope');
  });
});
