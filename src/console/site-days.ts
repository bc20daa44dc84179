/**
 * Days and hours where the site is, which need not be where this browser thinks it is. Times are milliseconds since 1970; a wall clock's
 * day is `2026-11-23` and its time `11:00`, as HTML's date and time inputs have them.
 */
export interface WallTime {
  readonly day: string;
  readonly time: string;
}

const DAY_MS = 86_400_000;

/** What the clock on the site's wall shows at a moment. Throws RangeError for a zone that the browser does not know. */
export function wallTimeOf(at: number, timeZone: string): WallTime {
  const parts = new Intl.DateTimeFormat('en-CA-u-ca-iso8601-nu-latn', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(at);
  const part = (type: string) => parts.find((found) => found.type === type)?.value ?? '';
  return {
    day: `${part('year').padStart(4, '0')}-${part('month')}-${part('day')}`,
    time: `${part('hour')}:${part('minute')}`,
  };
}

/**
 * The moment at which the site's clock shows this; null: that is no day or time. A time that a change to summer time leaves out is as much
 * later; of one that comes twice, the first.
 */
export function momentOf({ day, time }: WallTime, timeZone: string): number | null {
  const asUtc = Date.parse(`${day}T${time}:00Z`);
  if (Number.isNaN(asUtc)) return null;
  // The zone's distance from UTC a day before and a day after: one of them is that of this moment.
  const distances = [asUtc - DAY_MS, asUtc + DAY_MS].map((near) => distanceAt(near, timeZone));
  const fits = distances
    .map((distance) => asUtc - distance)
    .filter((at) => at + distanceAt(at, timeZone) === asUtc);
  return fits.length > 0 ? Math.min(...fits) : asUtc - Math.min(...distances);
}

/** The day so many days later. */
export function laterDay(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/** How many nights lie between two days. */
export function nightsBetween(from: string, until: string): number {
  return Math.round((Date.parse(`${until}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / DAY_MS);
}

/** When today began at the site. */
export function startOfToday(now: number, timeZone: string): number {
  return momentOf({ day: wallTimeOf(now, timeZone).day, time: '00:00' }, timeZone) ?? now - DAY_MS;
}

/** How far the zone's clock is ahead of UTC, milliseconds. */
function distanceAt(at: number, timeZone: string): number {
  const { day, time } = wallTimeOf(at, timeZone);
  return Date.parse(`${day}T${time}:00Z`) - Math.floor(at / 60_000) * 60_000;
}
