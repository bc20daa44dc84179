import { z } from 'zod';
import type { Page, PageRequest } from '../../store/store.ts';

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

/** An id in a request. What is not one of ours is not found; nobody needs to be told that it is no UUID. */
export const idParameter = z.string().min(1);

/** As many rows as a page may have; who asks for more gets so many, and a cursor. */
const MOST_ROWS = 500;

/** The part of a list's parameters that asks for a page. */
export const pageParameters = {
  limit: z.coerce.number().int().min(1).default(500),
  page_cursor: z.string().nullish(),
};

export const pagination = z.object({
  has_next_page: z.boolean(),
  next_page_cursor: z.string().nullable(),
  next_page_url: z.string().nullable(),
});

/** Reads a cursor that `toPagination` gave; one that it did not give begins at the beginning. */
export function toPageRequest(parameters: {
  limit: number;
  page_cursor?: string | null | undefined;
}): PageRequest {
  const after = Number(Buffer.from(parameters.page_cursor ?? '', 'base64url').toString());
  return {
    limit: Math.min(parameters.limit, MOST_ROWS),
    after: Number.isSafeInteger(after) && after > 0 ? after : 0,
  };
}

export function toPagination(page: Page<unknown>): z.input<typeof pagination> {
  return {
    has_next_page: page.nextAfter !== null,
    next_page_cursor: page.nextAfter === null ? null : Buffer.from(`${page.nextAfter}`).toString('base64url'),
    next_page_url: null,
  };
}
