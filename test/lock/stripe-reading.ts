import { areEqual, cardKey, cmac } from './aes-keys.ts';
import { bytes } from './card-format-page.ts';
import { Shut } from './shut.ts';

/** What a controller behind a swipe reader has of its site. */
export interface StripeLockSettings {
  /** A UUID. */
  readonly siteId: string;
  /** Master keys `record`, the newest first. */
  readonly recordKeys: readonly Uint8Array[];
  /** Templates of tracks 1, 2 and 3 as the site has them. */
  readonly layout: readonly (string | null)[];
  /** Card numbers that it lets in; a card that names its entrance needs none. */
  readonly numbers: readonly string[];
  readonly entrance: string;
  /** Seconds since 1970. */
  readonly now: number;
  /** The last issue seen of a card number. */
  readonly issues?: Map<string, string>;
}

const USUAL_DIGITS: Readonly<Record<string, number>> = {
  card_number: 10,
  starts_at: 8,
  ends_at: 8,
  issue: 4,
  entrance: 5,
  authentication: 10,
};

const SECONDS_TO_2020 = 1_577_836_800;

/**
 * Resolves to nothing, or throws why the door stays shut; written from docs/card-formats/magstripe.md alone. `tracks` are without sentinels
 * and LRC.
 */
export function checkStripe(settings: StripeLockSettings, tracks: readonly (string | null)[]): void {
  const fields = new Map<string, string>();
  const lines = ['ENCODERD-STRIPE-1'];
  for (const [at, template] of settings.layout.entries()) {
    if (template === null) continue;
    const full = template.replaceAll(/\{(\w+)\}/g, (_, name: string) => `{${name}:${USUAL_DIGITS[name]}}`);
    const found = matching(full, tracks[at] ?? '');
    for (const [name, digits] of Object.entries(found.groups ?? {})) fields.set(name, digits);
    const said = full.replaceAll(/\{(\w+):\d+\}/g, (_, name: string) =>
      name === 'authentication' ? '?'.repeat(fields.get(name)?.length ?? 0) : (fields.get(name) ?? ''),
    );
    lines.push(`${at + 1}${full}`, `${at + 1}${said}`);
  }
  checkDigits(settings, fields, lines.join('\n'));
  checkTimes(settings.now, fields);
  checkEntrance(settings, fields);
  checkIssue(settings.issues ?? new Map(), fields);
}

/** Step 1. */
function matching(template: string, text: string): RegExpExecArray {
  const pattern = template
    .split(/(\{\w+:\d+\})/)
    .map((piece) => {
      const [, name, digits] = /^\{(\w+):(\d+)\}$/.exec(piece) ?? [];
      return name === undefined ? piece.replaceAll(/[^\w]/g, '\\$&') : `(?<${name}>[0-9]{${digits}})`;
    })
    .join('');
  const found = new RegExp(`^${pattern}$`).exec(text);
  if (found === null) throw new Shut('malformed');
  return found;
}

/** Step 2. */
function checkDigits(
  { siteId, recordKeys }: StripeLockSettings,
  fields: ReadonlyMap<string, string>,
  message: string,
): void {
  const site = bytes(siteId.replaceAll('-', ''));
  const number = bytes(
    BigInt(fields.get('card_number') ?? 0)
      .toString(16)
      .padStart(16, '0'),
  );
  const shown = fields.get('authentication') ?? '';
  const isRight = recordKeys.some((masterKey) => {
    const key = cardKey(masterKey, [0x53, 0x54, 0x52], site, number);
    let first = 0n;
    for (const byte of cmac(key, Buffer.from(message, 'ascii')).slice(0, 8))
      first = first * 256n + BigInt(byte);
    const digits = (first % 10n ** BigInt(shown.length)).toString().padStart(shown.length, '0');
    return areEqual(Buffer.from(digits), Buffer.from(shown));
  });
  if (!isRight) throw new Shut('altered');
}

/** Step 3. */
function checkTimes(now: number, fields: ReadonlyMap<string, string>): void {
  const time = (minutes: string) => SECONDS_TO_2020 + Number(minutes) * 60;
  const start = fields.get('starts_at') ?? '00000000';
  const end = fields.get('ends_at') ?? '99999999';
  if (start !== '00000000' && now < time(start)) throw new Shut('not_yet_valid');
  if (end !== '99999999' && now >= time(end)) throw new Shut('expired');
}

/** Step 4. */
function checkEntrance({ entrance, numbers }: StripeLockSettings, fields: ReadonlyMap<string, string>): void {
  const named = fields.get('entrance');
  const number = String(BigInt(fields.get('card_number') ?? 0));
  const letsIn = named === undefined ? numbers.includes(number) : named === entrance && named !== '00000';
  if (!letsIn) throw new Shut('other_entrance');
}

/** Step 5. */
function checkIssue(issues: Map<string, string>, fields: ReadonlyMap<string, string>): void {
  const [issue, number = ''] = [fields.get('issue'), fields.get('card_number')];
  if (issue === undefined) return;
  const round = 10 ** issue.length;
  const steps = (Number(issue) - Number(issues.get(number) ?? issue) + round) % round;
  if (steps >= round / 2) throw new Shut('replaced');
  issues.set(number, issue);
}
