import type { MessageKey } from '../i18n.ts';

/** A guest as a clerk types one. */
export interface GuestDraft {
  readonly name: string;
  readonly email: string;
  readonly phone: string;
}

/** The number as the desk takes it (E.164), without what people put between digits; `00` at its begin is a `+`. */
export function phoneOf(typed: string): string {
  return typed
    .trim()
    .replace(/^00/, '+')
    .replaceAll(/[\s().\-/]/g, '');
}

/** What is wrong with a draft, by field; empty: nothing. The desk checks again. */
export function checkGuest({ name, email, phone }: GuestDraft): {
  readonly [Field in keyof GuestDraft]?: MessageKey;
} {
  const isEmailWrong = email.trim() !== '' && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email.trim());
  const isPhoneWrong = phone.trim() !== '' && !/^\+[1-9]\d{1,14}$/.test(phoneOf(phone));
  return {
    ...(name.trim() === '' ? { name: 'guest.nameMissing' } : {}),
    ...(isEmailWrong ? { email: 'guest.emailWrong' } : {}),
    ...(isPhoneWrong ? { phone: 'guest.phoneWrong' } : {}),
  };
}
