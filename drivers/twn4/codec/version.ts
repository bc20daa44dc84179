import { OK } from './status.ts';

/**
 * What GetVersionString says: `TWN4/B1.64/NCF5.20/PRS1.04` is boot loader 1.64, firmware 5.20 for CDC (K for the keyboard, P for PC/SC), and the app PRS,
 * the simple protocol, 1.04.
 */
export interface Twn4Version {
  readonly text: string;
  /** `PRS1.04`; '' where the text has another form. */
  readonly app: string;
}

/** The version in an answer to GetVersionString, its status included; undefined when it is no such answer. */
export function readVersion(message: Uint8Array): Twn4Version | undefined {
  const [status, length, ...text] = message;
  if (status !== OK || length === undefined || length !== text.length) return undefined;
  const version = String.fromCharCode(...text);
  if (!/^TWN4[\x20-\x7e]*$/.test(version)) return undefined;
  return { text: version, app: version.split('/')[3] ?? '' };
}
