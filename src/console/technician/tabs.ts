import { hrefOf } from '../routes.ts';

/** The technician's pages, in the order in which they stand. */
export const TABS = ['encoders', 'attempts', 'log', 'sync', 'pages', 'virtual'] as const;

export type Tab = (typeof TABS)[number];

/** What a path after `#/technician/` names; the first page where it names none. */
export function tabOf(path: readonly string[]): Tab {
  return TABS.find((tab) => tab === path[0]) ?? TABS[0];
}

/** The link to a page, or to one thing on it. */
export function tabHref(tab: Tab, ...rest: readonly string[]): string {
  return hrefOf({ page: 'technician', path: [tab, ...rest] });
}
