import de from './messages/de.json' with { type: 'json' };
import en from './messages/en.json' with { type: 'json' };
import es from './messages/es.json' with { type: 'json' };
import fr from './messages/fr.json' with { type: 'json' };
import technicianDe from './technician/messages/de.json' with { type: 'json' };
import technicianEn from './technician/messages/en.json' with { type: 'json' };
import technicianEs from './technician/messages/es.json' with { type: 'json' };
import technicianFr from './technician/messages/fr.json' with { type: 'json' };

/** The languages of the console, each as it calls itself. */
export const LANGUAGES = { en: 'English', de: 'Deutsch', fr: 'Français', es: 'Español' } as const;

export type Language = keyof typeof LANGUAGES;

/** What every language has words for. */
export type MessageKey = keyof typeof en | keyof typeof technicianEn;

type Messages = Readonly<Record<MessageKey, string>>;

/** A language that lacks a message does not pass the type check. */
const MESSAGES: Readonly<Record<Language, Messages>> = {
  en: { ...en, ...technicianEn },
  de: { ...de, ...technicianDe },
  fr: { ...fr, ...technicianFr },
  es: { ...es, ...technicianEs },
};

/** Messages that say how many, and have a form for one and a form for others. */
export type CountedKey = MessageKey extends infer Key
  ? Key extends `${infer Stem}.other`
    ? Stem
    : never
  : never;

/** What a message says of this moment: `Put the card on {encoder}.` */
export type Params = Readonly<Record<string, string | number>>;

/** One language. */
export interface Words {
  readonly language: Language;
  t(key: MessageKey, params?: Params): string;
  /** `count` is filled in where the message has `{count}`. */
  count(key: CountedKey, count: number, params?: Params): string;
  /** `Room 412, Pool and Sauna` */
  list(items: readonly string[]): string;
  /** Hours and minutes, in the site's time zone. */
  time(at: number | string, timeZone?: string): string;
  /** `23 Nov, 11:00`; the year only where it is another one than now. */
  moment(at: number | string, timeZone?: string): string;
}

/** Whether this key has words: for what comes from the daemon, which may be newer than this page. */
export function isMessageKey(key: string): key is MessageKey {
  return Object.hasOwn(MESSAGES.en, key);
}

/** The words of a language. */
export function wordsOf(language: Language): Words {
  const messages = MESSAGES[language];
  const plural = new Intl.PluralRules(language);
  const list = new Intl.ListFormat(language, { type: 'conjunction' });
  const t = (key: MessageKey, params: Params = {}) => fill(messages[key], params, language);
  const format = (at: number | string, options: Intl.DateTimeFormatOptions, timeZone?: string) =>
    new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : language, {
      ...options,
      ...(timeZone === undefined ? {} : { timeZone }),
    }).format(new Date(at));
  return {
    language,
    t,
    count: (key, count, params = {}) => {
      const one = `${key}.one`;
      const other = `${key}.other`;
      const chosen = plural.select(count) === 'one' && isMessageKey(one) ? one : other;
      return isMessageKey(chosen) ? t(chosen, { ...params, count }) : '';
    },
    list: (items) => list.format(items),
    time: (at, timeZone) => format(at, { hour: '2-digit', minute: '2-digit' }, timeZone),
    moment: (at, timeZone) => {
      const isThisYear = new Date(at).getFullYear() === new Date().getFullYear();
      const year: Intl.DateTimeFormatOptions = isThisYear ? {} : { year: 'numeric' };
      return format(
        at,
        { day: 'numeric', month: 'short', ...year, hour: '2-digit', minute: '2-digit' },
        timeZone,
      );
    },
  };
}

/** The first of the browser's languages that we speak, unless somebody chose one. */
export function chooseLanguage(preferred: readonly string[], chosen: string | null): Language {
  const wanted = [...(chosen === null ? [] : [chosen]), ...preferred, 'en'];
  for (const tag of wanted) {
    const language = tag.toLowerCase().split('-')[0] ?? '';
    if (isLanguage(language)) return language;
  }
  return 'en';
}

function isLanguage(text: string): text is Language {
  return Object.hasOwn(LANGUAGES, text);
}

/** What a message does not name is left as it stands, so that a wrong name shows. */
function fill(message: string, params: Params, language: Language): string {
  return message.replaceAll(/\{(\w+)\}/g, (whole, name: string) => {
    const value = params[name];
    if (value === undefined) return whole;
    return typeof value === 'number' ? value.toLocaleString(language) : value;
  });
}

/**
 * A message of several sentences, as it is shown: the first is what happened, in large letters, the others what to do.
 * `rest` is empty where there is one sentence only.
 */
export function headlineOf(message: string): { readonly headline: string; readonly rest: string } {
  const [, headline = message, rest = ''] = /^(.+?[.!?…])\s+(.+)$/su.exec(message) ?? [];
  return { headline, rest };
}
