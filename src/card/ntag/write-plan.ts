import { isSameBytes } from '../same-bytes.ts';
import type { TagPages } from './tag.ts';
import { isContainerUnfinished } from './tag-area.ts';
import {
  CONTAINER_PAGE,
  FIRST_USER_PAGE,
  PAGE_BYTES,
  pageAt,
  pagesFrom,
  type TagLayout,
} from './tag-layout.ts';
import { ACCESS, AUTH0_OFF, FACTORY_PASSWORD, type TagPassword } from './tag-protection.ts';
import { findNdefTlv } from './tlv.ts';

/** One exchange that changes the card, or `check`: PWD_AUTH, which shows that the card took the password that nobody can read. */
export type WriteStep =
  | { readonly kind: 'page'; readonly page: number; readonly data: Uint8Array; readonly canBeRead: boolean }
  | { readonly kind: 'check'; readonly password: TagPassword };

/** The capability container, where the card has none yet. Its bits are set for good. */
export function containerSteps(layout: TagLayout, pages: TagPages): readonly WriteStep[] {
  const found = pages.get(CONTAINER_PAGE) ?? new Uint8Array(PAGE_BYTES);
  if (!isContainerUnfinished(layout, found)) return [];
  return [visible(CONTAINER_PAGE, Uint8Array.from(layout.container))];
}

/**
 * Brings the area to `target`, which may be shorter. A reader finds the old message, the new one or an empty one at any time: the length becomes 0
 * first, where there is a message; then come the other pages, ascending; the page with the new length is last.
 * Nothing where nothing differs.
 */
export function areaSteps(area: Uint8Array, target: Uint8Array): readonly WriteStep[] {
  const state = area.slice();
  const differs = (page: number) => !isSameBytes(pageOf(state, page), pageOf(target, page));
  const all = pagesFrom(FIRST_USER_PAGE, target.length / PAGE_BYTES);
  if (!all.some(differs)) return [];
  const steps: WriteStep[] = [];
  const put = (page: number, data: Uint8Array) => {
    if (isSameBytes(pageOf(state, page), data)) return;
    state.set(data, (page - FIRST_USER_PAGE) * PAGE_BYTES);
    steps.push(visible(page, data));
  };
  const old = findNdefTlv(area);
  const next = findNdefTlv(target);
  if (old && old.length > 0) {
    const page = pageAt(old.lengthAt);
    const isSamePlace = next?.at === old.at;
    const data = pageOf(isSamePlace ? target : state, page).slice();
    data[old.lengthAt % PAGE_BYTES] = 0;
    put(page, data);
  }
  const last = next && pageAt(next.lengthAt);
  for (const page of all) if (page !== last) put(page, pageOf(target, page));
  if (last !== undefined) put(last, pageOf(target, last));
  return steps;
}

/**
 * Protects the card with this password from page `auth0` on: PACK, PWD, PWD_AUTH to see that it holds, ACCESS, and AUTH0 last.
 * A card that another password protects is opened first (`isProtected`): torn while PWD changes, it would have a password that nobody knows.
 */
export function protectSteps(
  configPage: number,
  pages: TagPages,
  { password, auth0, isProtected }: { password: TagPassword; auth0: number; isProtected: boolean },
): readonly WriteStep[] {
  const access = pageIn(pages, configPage + 1);
  const free = withByte(access, 0, (access[0] ?? 0) & ~ACCESS.readProtected);
  return [
    ...(isProtected ? auth0Steps(configPage, pages, AUTH0_OFF) : []),
    ...passwordSteps(configPage, password, 'pack_first'),
    ...pageSteps(configPage + 1, pages, free),
    visible(configPage, withByte(pageIn(pages, configPage), 3, auth0)),
  ];
}

/** Sets AUTH0 alone, where it differs. */
export function auth0Steps(configPage: number, pages: TagPages, auth0: number): readonly WriteStep[] {
  return pageSteps(configPage, pages, withByte(pageIn(pages, configPage), 3, auth0));
}

/** The factory's password; AUTH0 must be off before. */
export function forgetPasswordSteps(configPage: number): readonly WriteStep[] {
  return passwordSteps(configPage, FACTORY_PASSWORD, 'password_first');
}

/** The page as it is to be, where it differs. */
export function pageSteps(page: number, pages: TagPages, data: Uint8Array): readonly WriteStep[] {
  return isSameBytes(pageIn(pages, page), data) ? [] : [visible(page, data)];
}

/** The pages that can be read back, ascending, and what must be on them. */
export function expectedPages(steps: readonly WriteStep[]): TagPages {
  const written = steps.flatMap((step) =>
    step.kind === 'page' && step.canBeRead ? [[step.page, step.data] as const] : [],
  );
  // A page that is written twice holds what came last.
  return new Map([...new Map(written)].sort(([one], [other]) => one - other));
}

function passwordSteps(
  configPage: number,
  password: TagPassword,
  order: 'pack_first' | 'password_first',
): readonly WriteStep[] {
  const pwd = hidden(configPage + 2, password.password);
  const pack = hidden(configPage + 3, Uint8Array.of(...password.pack, 0x00, 0x00));
  const check: WriteStep = { kind: 'check', password };
  return order === 'pack_first' ? [pack, pwd, check] : [pwd, pack, check];
}

function visible(page: number, data: Uint8Array): WriteStep {
  return { kind: 'page', page, data, canBeRead: true };
}

function hidden(page: number, data: Uint8Array): WriteStep {
  return { kind: 'page', page, data, canBeRead: false };
}

function pageOf(area: Uint8Array, page: number): Uint8Array {
  const start = (page - FIRST_USER_PAGE) * PAGE_BYTES;
  return area.subarray(start, start + PAGE_BYTES);
}

function pageIn(pages: TagPages, page: number): Uint8Array {
  return pages.get(page) ?? new Uint8Array(PAGE_BYTES);
}

function withByte(page: Uint8Array, at: number, byte: number): Uint8Array {
  return page.map((old, index) => (index === at ? byte : old));
}
