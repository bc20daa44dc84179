import type { Encoders } from '../encoder/encoders.ts';
import type { Site } from '../site/site.ts';
import { EVERY_ROW } from '../store/paging.ts';

/** How a desk is, in few words. */
export interface DeskStatus {
  readonly onlineEncoders: number;
  /** Known, and not there. */
  readonly offlineEncoders: number;
  /** Drivers that do not run, or do not see all that they should. */
  readonly troubles: readonly { readonly driver: string; readonly reason: string }[];
}

/** Reads it from the store. */
export function deskStatus({ store }: Pick<Site, 'store'>, encoders: Pick<Encoders, 'drivers'>): DeskStatus {
  const known = store.encoders.list({}, EVERY_ROW).rows.filter(({ removedAt }) => removedAt === null);
  const onlineEncoders = known.filter(({ isOnline }) => isOnline).length;
  const troubles = encoders
    .drivers()
    .flatMap(({ driver, reason }) => (reason === undefined ? [] : { driver, reason }));
  return { onlineEncoders, offlineEncoders: known.length - onlineEncoders, troubles };
}

/** A service manager takes 4096 bytes in all; a reason can be long. */
const LONGEST_REASON = 300;

/** The desk in one sentence on one line, as `systemctl status` shows it. */
export function statusSentence({ onlineEncoders, offlineEncoders, troubles }: DeskStatus): string {
  const online = onlineEncoders === 1 ? '1 encoder is online' : `${onlineEncoders} encoders are online`;
  const offline = offlineEncoders === 0 ? '' : `, ${offlineEncoders} offline`;
  const names = troubles.map(({ driver }) => driver);
  const reason = oneLine(troubles[0]?.reason ?? '').replace(/\.$/, '');
  const because = reason === '' ? '' : ` (${names.length > 1 ? `${names[0]}: ` : ''}${reason})`;
  const trouble = names.length === 0 ? '' : `; in trouble: ${names.join(', ')}${because}`;
  return `${online}${offline}${trouble}.`;
}

function oneLine(text: string): string {
  const line = text.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim();
  return line.length <= LONGEST_REASON ? line : `${line.slice(0, LONGEST_REASON - 1).trimEnd()}…`;
}
