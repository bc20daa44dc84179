import type { MessageKey } from '../i18n.ts';
import { laterDay, momentOf, nightsBetween, type WallTime, wallTimeOf } from '../site-days.ts';
import type { Stay } from './job.ts';

/** When a guest leaves the room, unless somebody says otherwise. */
const CHECK_OUT = '11:00';
/** When a stay begins that does not begin today. */
const CHECK_IN = '15:00';

/** A stay as a clerk types it, by the clock on the site's wall. `from` null: at once. */
export interface StayDraft {
  readonly entranceIds: readonly string[];
  readonly from: WallTime | null;
  readonly until: WallTime;
  readonly cards: number;
}

export const MOST_CARDS = 9;

/** From now until tomorrow at 11. */
export function newStay(now: number, timeZone: string): StayDraft {
  const { day } = wallTimeOf(now, timeZone);
  return { entranceIds: [], from: null, until: { day: laterDay(day, 1), time: CHECK_OUT }, cards: 1 };
}

/** The stay begins on another day; it keeps its nights. */
export function startingOn(draft: StayDraft, day: string, today: string): StayDraft {
  if (day === '') return draft;
  const nights = Math.max(1, nightsOf(draft, today));
  return {
    ...draft,
    from: day === today ? null : { day, time: draft.from?.time ?? CHECK_IN },
    until: { ...draft.until, day: laterDay(day, nights) },
  };
}

/** How many nights the guest stays. */
export function nightsOf({ from, until }: StayDraft, today: string): number {
  return nightsBetween(from?.day ?? today, until.day);
}

/** The stay ends after so many nights. */
export function forNights(draft: StayDraft, nights: number, today: string): StayDraft {
  return { ...draft, until: { ...draft.until, day: laterDay(draft.from?.day ?? today, nights) } };
}

/** What is wrong with it; null: nothing. */
export function checkStay(
  { entranceIds, from, until }: StayDraft,
  now: number,
  timeZone: string,
): MessageKey | null {
  if (entranceIds.length === 0) return 'room.choose';
  const start = from === null ? now : momentOf(from, timeZone);
  const end = momentOf(until, timeZone);
  if (end === null || end <= now) return 'room.untilPast';
  return start === null || end <= start ? 'room.untilWrong' : null;
}

/** The stay as the desk is asked for it. The draft must be right. */
export function toStay({ entranceIds, from, until }: StayDraft, timeZone: string): Stay {
  const at = (wall: WallTime) => new Date(momentOf(wall, timeZone) ?? Number.NaN).toISOString();
  return { entranceIds, startsAt: from === null ? null : at(from), endsAt: at(until) };
}
