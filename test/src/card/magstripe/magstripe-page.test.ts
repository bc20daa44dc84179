import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { fromHex, toHex } from '../../../../src/card/hex.ts';
import { tokenKey, tokenMessage } from '../../../../src/card/magstripe/authentication.ts';
import { laidTracks } from '../../../../src/card/magstripe/layout.ts';
import { sealToken } from '../../../../src/card/magstripe/token.ts';
import type { SiteKeyVersion } from '../../../../src/card/site-keys.ts';
import { stripeLayoutProblems, stripeTemplates, trackCapacity } from '../../../../src/model/stripe-layout.ts';
import { siteKeyVersion } from '../site-key-version.ts';
import { Desk, Stripe } from './stripe-bed.ts';

/** docs/card-formats/magstripe.md is what locks are built from: what it shows is what the code does. */
const FOLDER = join(import.meta.dirname, '../../../../docs/card-formats');
const PAGE = readFileSync(join(FOLDER, 'magstripe.md'), 'utf8');

const tracks = z.tuple([z.string().nullable(), z.string().nullable(), z.string().nullable()]);
const time = z
  .int()
  .nullable()
  .transform((seconds) => (seconds === null ? null : seconds * 1000));

const vectors = z
  .strictObject({
    site_id: z.uuid(),
    tokens: z
      .array(
        z.strictObject({
          name: z.string(),
          layout: tracks,
          tracks,
          standing: z.enum(['authentic', 'other_site']),
          key_version: z.int().nullable(),
          card_number: z.string(),
          starts_at: time.exactOptional(),
          ends_at: time.exactOptional(),
          issue: z.string().exactOptional(),
          entrance: z.int().exactOptional(),
        }),
      )
      .min(6),
    no_tokens: z.array(z.strictObject({ name: z.string(), layout: tracks, tracks })).min(4),
  })
  .parse(JSON.parse(block('magstripe.md', 'json')));

const KEYS: readonly SiteKeyVersion[] = z
  .looseObject({ master_keys: z.array(z.looseObject({ version: z.int(), record: z.string() })) })
  .parse(JSON.parse(block('record.md', 'json')))
  .master_keys.map(({ version, record }) => ({
    version,
    keys: { ...siteKeyVersion(version).keys, record: fromHex(record) },
  }));

function block(page: string, kind: string): string {
  const text = readFileSync(join(FOLDER, page), 'utf8');
  return new RegExp(`\`\`\`${kind}\\n([\\s\\S]*?)\`\`\``).exec(text)?.[1] ?? '';
}

function keysOf(wanted: number | null): SiteKeyVersion {
  const found = KEYS.find(({ version }) => version === wanted);
  return found ?? expect.fail(`record.md has no master keys of version ${wanted}`);
}

const aStay = () => vectors.tokens.find(({ name }) => name === 'a stay') ?? expect.fail('there is no stay');

const found = (layout: z.output<typeof tracks>, [one, two, three]: z.output<typeof tracks>) =>
  new Desk(new Stripe(one ?? '', two ?? '', three ?? ''), {
    siteId: vectors.site_id,
    keys: KEYS,
    layout,
  }).inspect();

describe('the page of the stripe', () => {
  test.each(vectors.tokens)('has tracks that open as it says: $name', async (vector) => {
    const { starts_at: startsAt, ends_at: endsAt, issue, entrance } = vector;
    expect(await found(vector.layout, vector.tracks)).toMatchObject({
      keyVersion: vector.key_version,
      content: { kind: 'token', standing: vector.standing },
    });
    expect((await found(vector.layout, vector.tracks)).content).toHaveProperty('token', {
      cardNumber: vector.card_number,
      ...(startsAt === undefined ? {} : { startsAt }),
      ...(endsAt === undefined ? {} : { endsAt }),
      ...(issue === undefined ? {} : { issue: { value: Number(issue), digits: issue.length } }),
      ...(entrance === undefined ? {} : { entrance }),
    });
  });

  test.each(vectors.tokens.filter(({ standing }) => standing === 'authentic'))(
    'has the tracks that are written: $name',
    (vector) => {
      const record = {
        siteId: vectors.site_id,
        credentialId: vectors.site_id,
        issueCounter: 70_000 + Number(vector.issue ?? 0),
        startsAt: vector.starts_at ?? null,
        endsAt: vector.ends_at ?? null,
        entrances: vector.entrance === undefined ? [] : [vector.entrance],
        replacesLostCard: false,
      };
      const templates = stripeTemplates(vector.layout);
      const sealed = sealToken(record, vector.card_number, templates, keysOf(vector.key_version));
      expect(sealed).toEqual(vector.tracks);
    },
  );

  test.each(vectors.no_tokens)('has tracks that are no token: $name', async (vector) => {
    expect((await found(vector.layout, vector.tracks)).content.kind).toBe('foreign');
  });

  test('takes the vector "a stay" apart character by character', () => {
    const shown = block('magstripe.md', 'stripe').replaceAll(/#.*$/gm, '').replaceAll(/\s/g, '');
    expect(shown).toBe(`;${aStay().tracks[1]}?`);
  });

  test('shows the message and the key of the vector "a stay"', () => {
    const [, text] = aStay().tracks;
    const digits = new Map([
      ['card_number', text?.slice(0, 10) ?? ''],
      ['starts_at', text?.slice(11, 19) ?? ''],
      ['ends_at', text?.slice(19, 27) ?? ''],
    ] as const);
    const message = tokenMessage(laidTracks(stripeTemplates(aStay().layout)), digits);
    expect(block('magstripe.md', 'message')).toBe(`${message}\n`);
    const key = tokenKey(keysOf(1), vectors.site_id, aStay().card_number);
    expect(PAGE).toContain(`the key \`${toHex(key)}\``);
  });

  test('shows the usual layout, and rules that the code has', () => {
    expect(block('magstripe.md', 'yaml')).toContain(`'${aStay().layout[1]}'`);
    const most = [...PAGE.matchAll(/^\| (\d) \|.*\| (\d+) \|$/gm)].map(([, track, count]) => [track, count]);
    expect(most[0]).toEqual(['1', String(trackCapacity(1))]);
    expect(most[1]).toEqual(['2', String(trackCapacity(2))]);
  });

  const widths = [...PAGE.matchAll(/^\| `(\w+)` \| (\d+)(?: to (\d+); (\d+))? \|/gm)].map(
    ([, name = '', least, most = least, usual = least]) => ({ name, least, most, usual }),
  );

  test('lists every field', () => {
    const all = /There are: (.*)$/.exec(stripeLayoutProblems([null, '{}', null])[0]?.problem ?? '')?.[1];
    expect(widths.map(({ name }) => name).join(', ')).toBe(all);
  });

  /** On track 3, which has the most room. */
  const layoutWith = (name: string, field: string) => {
    const around = ['{card_number}', '{authentication}'].map((one) => (one === `{${name}}` ? field : one));
    const [first = '', last = ''] = around;
    return [null, null, around.includes(field) ? `${first}=${last}` : `${first}=${field}${last}`] as const;
  };

  test.each(widths)('has the digits of {$name}: $least to $most', ({ name, least, most, usual }) => {
    const sized = (width: number) => layoutWith(name, `{${name}:${width}}`);
    for (const width of [Number(least), Number(most)]) expect(stripeLayoutProblems(sized(width))).toEqual([]);
    for (const width of [Number(least) - 1, Number(most) + 1]) {
      expect(stripeLayoutProblems(sized(width))).toMatchObject([
        { track: 3, problem: expect.stringContaining('digits') },
      ]);
    }
    const unsaid = stripeTemplates(layoutWith(name, `{${name}}`));
    expect(unsaid).toEqual(stripeTemplates(sized(Number(usual))));
  });
});
