import type { PrivateKind, PrivateValue } from '../../store/sqlite/private-values.ts';

/** What stands in place of what was masked: the same thing has the same number in all of a bundle. */
export type MaskKind = PrivateKind;

/** Words of a text as values are looked for in it. */
const WORD = /[\p{L}\p{N}]+/gu;

/** How many words a value may have. */
const MOST_WORDS = 10;

/** Shorter ones stand everywhere by chance. */
const LEAST_CHARACTERS = 3;
const LEAST_DIGITS = 6;

/** What looks private whatever the desk knows of it. The first group, if there is one, stays in front. */
const PATTERNS: readonly (readonly [MaskKind, RegExp])[] = [
  ['secret', /\bseam_[a-z0-9]*_?[A-Za-z0-9_-]{6,}/g],
  ['secret', /\bwhsec_[A-Za-z0-9+/=]{8,}/g],
  ['secret', /\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*/g],
  ['secret', /\b((?:Bearer|Basic)\s+)[\w.~+/=-]{6,}/gi],
  ['secret', /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g],
  [
    'secret',
    /((?:api[_-]?key|token|secret|password|passphrase|authorization)["']?\s*[=:]\s*["']?)(?!null\b|true\b|false\b|\[)[^\s"',;&}]{4,}/gi,
  ],
  ['secret', /([a-z][a-z0-9+.-]*:\/\/)[^\s/@"']+(?=@)/gi],
  ['address', /[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g],
  ['phone', /(?<![\w.])\+\d[\d ()/-]{6,}\d/g],
];

/** What is long and drawn by lot: base64 of keys, tokens of others. Digits and both cases, as no word has them. */
const DRAWN = /(?<![\w+-])(?=[\w+-]*[A-Z])(?=[\w+-]*[a-z])(?=[\w+-]*\d)[\w+-]{24,}/g;

/** Web addresses; those of this computer say nothing. */
const HOST =
  /(\b[a-z][a-z0-9+.-]*:\/\/(?:\[secret\]@)?)(?!(?:localhost|127(?:\.\d+){3}|\[::1\]|\[host|\[secret)[:/"'\s\\?-]?)([^\s/:"'\\?#@]+)/gi;

/**
 * Bytes as hexadecimal digits: a uid has 4, 7 or 10, a key 16 or more. Digits alone are a number, and what is of a UUID or of a hash that a
 * witness needs (`audit_head`, `head`, `sha256`) stays.
 */
const HEX = /(?<![\w-])(?:[\dA-F]{2}){4,}(?![\w-])/gi;
const UID_DIGITS: readonly number[] = [8, 14, 20];
const KEY_DIGITS = 24;
const WITNESS = /"(?:audit_head|head|sha256|previous_hash|hash)":\s*"$/;

/** What stands before decimal digits that are a uid: a quotation mark, or the word. */
const SAYS_UID = /"$|uid\W{1,4}$/i;

/** Decimal digits as text, as many as a card number has. */
const CARD_NUMBER = /(?<=")\d{9,24}(?=")/g;

export interface MaskerOptions {
  /** Host names stay. */
  readonly keepsHosts: boolean;
}

export interface MaskWishes {
  /** What it holds was masked where it was written, and what is left of bytes is what it is for. */
  readonly keepsBytes?: boolean;
}

/** Takes out of texts what must not leave a desk. */
export class Masker {
  readonly #keepsHosts: boolean;
  /** Secrets as they may stand in a text, the longest first. */
  readonly #secrets: readonly string[];
  /** By its words, as they stand side by side in a text. */
  readonly #values = new Map<string, MaskKind>();
  /** Of all that begin with this word, the most words. */
  readonly #mostWords = new Map<string, number>();
  readonly #numbers = new Map<string, number>();
  readonly #last = new Map<MaskKind, number>();
  readonly #counts = new Map<MaskKind, number>();

  constructor(values: Iterable<PrivateValue>, { keepsHosts }: MaskerOptions) {
    this.#keepsHosts = keepsHosts;
    const secrets = new Set<string>();
    for (const { kind, value } of values) {
      if (kind === 'secret') for (const form of formsOf(value)) secrets.add(form);
      else if (kind === 'host') this.#know(kind, hostIn(value));
      else for (const form of kind === 'uid' ? uidForms(value) : [value]) this.#know(kind, form);
    }
    this.#secrets = [...secrets].sort((a, b) => b.length - a.length);
  }

  /** How often something of each kind was masked so far. */
  get counts(): Readonly<Partial<Record<MaskKind, number>>> {
    return Object.fromEntries(this.#counts);
  }

  mask(text: string, { keepsBytes = false }: MaskWishes = {}): string {
    let masked = text;
    for (const secret of this.#secrets) {
      if (!masked.includes(secret)) continue;
      masked = masked.replaceAll(secret, () => this.#put('secret', secret));
    }
    masked = this.#maskValues(masked);
    for (const [kind, pattern] of PATTERNS) {
      masked = masked.replaceAll(pattern, (found, before: unknown) => {
        const kept = typeof before === 'string' ? before : '';
        return found.slice(kept.length).startsWith('[')
          ? found
          : `${kept}${this.#put(kind, found.slice(kept.length))}`;
      });
    }
    if (!this.#keepsHosts) {
      masked = masked.replaceAll(
        HOST,
        (_, scheme: string, host: string) => `${scheme}${this.#put('host', host)}`,
      );
    }
    masked = masked.replaceAll(DRAWN, (found) => this.#put('secret', found));
    return keepsBytes ? masked : this.#maskBytes(masked);
  }

  #maskBytes(text: string): string {
    return text
      .replaceAll(HEX, (found, at: number) => {
        const before = text.slice(Math.max(0, at - 24), at);
        if (/^\d+$/.test(found) && !SAYS_UID.test(before)) return found;
        if (WITNESS.test(before)) return found;
        if (found.length >= KEY_DIGITS) return this.#put('secret', found);
        return UID_DIGITS.includes(found.length) ? this.#put('uid', found, text, at) : found;
      })
      .replaceAll(CARD_NUMBER, (found) => this.#put('card-number', found));
  }

  #know(kind: MaskKind, value: string): void {
    const words = wordsOf(value);
    const key = words.join(' ');
    const least = /^\d+$/.test(key) ? LEAST_DIGITS : LEAST_CHARACTERS;
    const [first] = words;
    if (first === undefined || key.length < least || words.length > MOST_WORDS) return;
    if (kind === 'host' && this.#keepsHosts) return;
    this.#values.set(key, kind);
    this.#mostWords.set(first, Math.max(words.length, this.#mostWords.get(first) ?? 0));
  }

  #maskValues(text: string): string {
    const words = [...text.matchAll(WORD)].map((found) => ({
      word: found[0].toLowerCase(),
      from: found.index,
      to: found.index + found[0].length,
    }));
    const pieces: string[] = [];
    let done = 0;
    for (let at = 0; at < words.length; at += 1) {
      const most = this.#mostWords.get(words[at]?.word ?? '') ?? 0;
      for (let count = most; count > 0; count -= 1) {
        const run = words.slice(at, at + count);
        const key = run.map(({ word }) => word).join(' ');
        const kind = this.#values.get(key);
        const [from, to] = [run[0]?.from, run.at(-1)?.to];
        if (kind === undefined || from === undefined || to === undefined) continue;
        pieces.push(text.slice(done, from), this.#put(kind, key, text, from));
        done = to;
        at += count - 1;
        break;
      }
    }
    return `${pieces.join('')}${text.slice(done)}`;
  }

  /** What stands in a value's place; in JSON, where a number stood, a text. */
  #put(kind: MaskKind, value: string, text = '', at = 0): string {
    this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + 1);
    if (kind === 'secret') return '[secret]';
    const name = `${kind} ${value.toLowerCase()}`;
    const number = this.#numbers.get(name) ?? (this.#last.get(kind) ?? 0) + 1;
    if (!this.#numbers.has(name)) this.#last.set(kind, number);
    this.#numbers.set(name, number);
    const mask = `[${kind}-${number}]`;
    const isNumber = /^\d+$/.test(value) && /[:,[]\s*$/.test(text.slice(Math.max(0, at - 8), at));
    return isNumber ? `"${mask}"` : mask;
  }
}

const wordsOf = (text: string): readonly string[] =>
  [...text.toLowerCase().matchAll(WORD)].map(([word]) => word);

/** A secret as it may be written down: as it is, in JSON, in an address, in base64. */
function formsOf(secret: string): readonly string[] {
  const json = JSON.stringify(secret).slice(1, -1);
  const base64 = Buffer.from(secret, 'utf8').toString('base64').replace(/=+$/, '');
  const hex = /^[\dA-F]+$/i.test(secret) ? [secret.toLowerCase(), secret.toUpperCase()] : [];
  return [secret, json, encodeURIComponent(secret), base64, ...hex].filter(
    (form) => form.length >= LEAST_DIGITS,
  );
}

/** A uid as digits, and byte by byte in both orders, hexadecimal and decimal, whatever stands between the bytes. */
function uidForms(uid: string): readonly string[] {
  const bytes = [...Buffer.from(uid, 'hex')];
  return [bytes, bytes.toReversed()].flatMap((order) => {
    const pairs = order.map((byte) => byte.toString(16).padStart(2, '0'));
    return [pairs.join(''), pairs.join(' '), order.join(' ')];
  });
}

const hostIn = (value: string): string => URL.parse(value)?.hostname ?? value;
