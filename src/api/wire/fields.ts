import { z } from 'zod';
import type { Cursor, Page, PageRequest } from '../../store/paging.ts';

/** A time on the wire: ISO 8601 in UTC with milliseconds. */
export const isoTime = z.iso.datetime();

export const toIsoTime = (milliseconds: number): string => new Date(milliseconds).toISOString();

/** For a field that is absent when there is no time. */
export const toOptionalIsoTime = (milliseconds: number | null): string | undefined =>
  milliseconds === null ? undefined : toIsoTime(milliseconds);

/** A time in a request: ISO 8601 with any offset. Milliseconds since 1970 inside. */
export const timeParameter = z.iso
  .datetime({ offset: true, error: 'Expected an ISO 8601 time with an offset, as 2026-12-24T15:00:00Z' })
  .transform((text) => Date.parse(text));

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

/**
 * An id in a request. What is not one of ours is not found; nobody needs to be told that it is no UUID, and a UUID may be in upper case.
 * Answers name it: it must not be long.
 */
export const idParameter = z
  .string()
  .min(1)
  .max(200)
  .overwrite((id) => (UUID.test(id) ? id.toLowerCase() : id));

/** As many rows as a page may have; who asks for more gets so many, and a cursor. */
const MOST_ROWS = 500;

/** The part of a list's parameters that asks for a page. */
export const pageParameters = {
  limit: z.int().min(1).default(500),
  page_cursor: z
    .string()
    .refine(
      (cursor) => cursor === '' || positionIn(cursor) !== null,
      'Expected a next_page_cursor of this list',
    )
    .nullish(),
};

export const pagination = z.object({
  has_next_page: z.boolean(),
  next_page_cursor: z.string().nullable(),
  /** A cursor is enough: the daemon does not know by which address it was reached. */
  next_page_url: z.null(),
});

/** A person's or thing's name in a request. */
export const nameParameter = z
  .string()
  .trim()
  .min(1)
  .regex(
    /^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}]{0,500}$/u,
    'Expected at most 500 characters, and no control characters or halves of characters',
  );

/** After which row a cursor goes on, `after:7` or in a list by time `after:7@1795340000000`; null: it is no cursor of ours. */
function positionIn(cursor: string): Cursor | null {
  const parts = /^after:(\d{1,15})(?:@(\d{1,15}))?$/.exec(Buffer.from(cursor, 'base64').toString());
  if (parts === null) return null;
  const [, sequence, at] = parts;
  return at === undefined ? Number(sequence) : { at: Number(at), sequence: Number(sequence) };
}

/** In base64 with its padding, as Seam's own schema has it. */
function toPageCursor(after: Cursor): string {
  const place = typeof after === 'number' ? after : `${after.sequence}@${after.at}`;
  return Buffer.from(`after:${place}`).toString('base64');
}

/** What a request for a page asks the store. */
export function toPageRequest(
  parameters: { limit: number; page_cursor?: string | null | undefined },
  mostRows: number = MOST_ROWS,
): PageRequest {
  return {
    limit: Math.min(parameters.limit, mostRows),
    after: positionIn(parameters.page_cursor ?? '') ?? 0,
  };
}

/** A list of nothing. */
export const EMPTY_PAGE: Page<never> = { rows: [], nextAfter: null };

export function toPagination(page: Page<unknown>): z.input<typeof pagination> {
  return {
    has_next_page: page.nextAfter !== null,
    next_page_cursor: page.nextAfter === null ? null : toPageCursor(page.nextAfter),
    next_page_url: null,
  };
}
