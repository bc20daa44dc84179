import fc from 'fast-check';
import { cardKey, cmac, joined } from './aes-keys.ts';
import { bytes } from './card-format-page.ts';
import { OLD_KEYS, STAY } from './desk.ts';

/** The card that the drafts are for. */
export const UID = '04A2B3C4D5E680';
const [{ keys } = { keys: undefined }] = OLD_KEYS;
const tagKey = cardKey(keys?.record ?? new Uint8Array(), bytes(UID), [0x52, 0x45, 0x43]);

type Item = readonly number[];

/** The head of a CBOR item; `width` 0 to 3: 1, 2, 4 or 8 bytes behind it, though fewer would do. */
function head(majorType: number, value: number, width?: number): Item {
  const shortest = value < 24 ? -1 : value < 0x100 ? 0 : value < 0x10000 ? 1 : 2;
  const chosen = Math.max(width ?? shortest, shortest);
  if (chosen < 0) return [(majorType << 5) | value];
  const tail = Array.from({ length: 1 << chosen }, (_, at, shift = (1 << chosen) - 1 - at) =>
    shift > 3 ? 0 : (value >>> (8 * shift)) & 0xff,
  );
  return [(majorType << 5) | (24 + chosen), ...tail];
}

const byteString = (content: Iterable<number>, width?: number): Item => {
  const all = [...content];
  return [...head(2, all.length, width), ...all];
};

/** What is on the card, before it is put together; every part of it can be wrong. */
interface Draft {
  /** Head of the key, and the value. */
  readonly fields: readonly (readonly [Item, Item])[];
  /** How many fields the map says it has, besides those that are there. */
  readonly miscount: number;
  readonly behindPayload: Item;
  readonly items: number;
  readonly tagBytes: number;
  readonly behind: Item;
  /** Of the outer array, payload, tag and map. */
  readonly widths: readonly (number | undefined)[];
}

const edges = fc.constantFrom(0, 1, 23, 24, 255, 256, 65_535, 65_536, 4_294_967_295);
const counters = edges.filter((counter) => counter > 0);
const times = fc.option(fc.oneof(edges, fc.nat()), { nil: undefined });
const doors = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constantFrom(255, 256, 65_535));
const uuid = (text: string) => byteString(bytes(text.replaceAll('-', '')));

const drafts = fc
  .record({
    counter: counters,
    startsAt: times,
    endsAt: times,
    entrances: fc.uniqueArray(doors, { maxLength: 30 }),
    isReplacement: fc.boolean(),
  })
  .map(({ counter, startsAt, endsAt, entrances, isReplacement }): Draft => {
    const sorted = entrances.toSorted((one, other) => one - other);
    const values: readonly (Item | undefined)[] = [
      ...[[1], [1], uuid(STAY.siteId), uuid(STAY.credentialId), byteString(bytes(UID)), head(0, counter)],
      startsAt === undefined ? undefined : head(0, startsAt),
      endsAt === undefined ? undefined : head(0, endsAt),
      sorted.length === 0 ? undefined : listOf(sorted),
      isReplacement ? [1] : undefined,
    ];
    const fields = values.flatMap((value, at) => (value ? [[head(0, at + 1), value] as const] : []));
    const sound = { miscount: 0, behindPayload: [], items: 2, tagBytes: 16, behind: [], widths: [] };
    return { fields, ...sound };
  });

const odd = fc.oneof(
  fc.constantFrom<Item>([0xf6], [0xf5], [0x40], [0x80], [0xa0], [0x61, 0x41], [0x21], [0x9f, 1, 0xff]),
  fc.tuple(edges, fc.option(fc.nat(3), { nil: undefined })).map(([value, width]) => head(0, value, width)),
  fc.uint8Array({ maxLength: 12 }).map((content) => byteString(content)),
  fc.uint8Array({ minLength: 16, maxLength: 16 }).map((content) => byteString(content, 1)),
  fc.tuple(fc.array(doors, { maxLength: 3 }), fc.nat(2)).map(([list, width]) => listOf(list, width)),
  fc.array(fc.oneof(doors, edges), { maxLength: 4 }).map((list) => listOf(list)),
);

/** One thing that may be wrong with a draft; some of them are right all the same. */
const mistakes: fc.Arbitrary<(draft: Draft) => Draft> = fc.oneof(
  fc.constant((draft: Draft) => draft),
  fc.tuple(fc.nat(9), odd).map(([at, value]) => changed(at, ([key]) => [[key, value]])),
  fc
    .tuple(fc.nat(9), fc.nat(3))
    .map(([at, width]) => changed(at, ([key, value]) => [[head(0, key[0] ?? 0, width), value]])),
  fc.nat(9).map((at) => changed(at, () => [])),
  fc.nat(9).map((at) => changed(at, (field) => [field, field])),
  fc
    .tuple(fc.constantFrom(head(0, 11), head(0, 0), head(3, 1), head(1, 0)), odd)
    .map((field) => (draft: Draft) => ({ ...draft, fields: [...draft.fields, field] })),
  fc.nat(9).map((at) => (draft: Draft) => {
    const place = at % draft.fields.length;
    return { ...draft, fields: [...draft.fields.slice(place), ...draft.fields.slice(0, place)] };
  }),
  fc
    .constantFrom<Partial<Draft>>(
      ...[
        { miscount: 1 },
        { miscount: -1 },
        { behindPayload: [0] },
        { behind: [0] },
        { items: 1 },
        { items: 3 },
      ],
      ...[{ tagBytes: 0 }, { tagBytes: 15 }, { tagBytes: 17 }],
      ...[0, 1, 2, 3].map((at) => ({ widths: new Array<number | undefined>(4).fill(undefined).with(at, 1) })),
    )
    .map((part) => (draft: Draft) => ({ ...draft, ...part })),
);

/** Bytes under a right tag for the card UID and the first keys of OLD_KEYS, so that nothing but the reading tells a record from what is none. */
export const sealedDrafts = fc.tuple(drafts, mistakes).map(([sound, mistake]) => {
  const { fields, miscount, behindPayload, items, tagBytes, behind, widths } = mistake(sound);
  const payload = joined(head(5, fields.length + miscount, widths[3]), fields.flat(2), behindPayload);
  const tag = joined(cmac(tagKey, payload), [0]);
  const parts = [byteString(payload, widths[1]), byteString(tag.slice(0, tagBytes), widths[2])];
  return joined(head(4, items, widths[0]), ...parts, behind);
});

function listOf(entrances: readonly number[], width?: number): Item {
  return [...head(4, entrances.length, width), ...entrances.flatMap((entrance) => head(0, entrance))];
}

function changed(at: number, change: (field: readonly [Item, Item]) => readonly (readonly [Item, Item])[]) {
  return (draft: Draft): Draft => {
    const place = at % draft.fields.length;
    return {
      ...draft,
      fields: draft.fields.flatMap((field, index) => (index === place ? change(field) : [field])),
    };
  };
}
