import type { Words } from '../i18n.ts';

/** `11:02:03.456`, in the site's time zone. */
export function clockTime(at: number | string, { language }: Words, timeZone: string | undefined): string {
  return new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : language, {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    fractionalSecondDigits: 3,
    hourCycle: 'h23',
    ...(timeZone === undefined ? {} : { timeZone }),
  }).format(new Date(at));
}

/** `12.3 s`; how long something took, or how long after another thing it was. */
export function secondsBetween(from: number, until: number, { language }: Words): string {
  const seconds = (until - from) / 1000;
  const digits = seconds < 10 ? 2 : 1;
  const format = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return `${seconds.toLocaleString(language, format)} s`;
}

/** How long something has lasted, in its largest unit: `3 hours`. */
export function lengthOf(from: string, now: number, { language }: Words): string {
  const seconds = Math.max(0, Math.floor((now - Date.parse(from)) / 1000));
  const [unit, size] = UNITS.find(([, length]) => seconds >= length) ?? (['second', 1] as const);
  const format = new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' });
  return format.format(Math.floor(seconds / size));
}

const UNITS = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
] as const;
