import { ntagPassword } from '../diversification.ts';
import type { SiteKeys } from '../site-keys.ts';
import type { Tag, TagPages } from './tag.ts';
import type { TagLayout } from './tag-layout.ts';

/** What PWD_AUTH sends, 4 bytes, and what a card that knows it answers, 2 bytes. */
export interface TagPassword {
  readonly password: Uint8Array;
  readonly pack: Uint8Array;
}

/** As NTAG21x and Ultralight EV1 leave the factory. */
export const FACTORY_PASSWORD: TagPassword = {
  password: Uint8Array.of(0xff, 0xff, 0xff, 0xff),
  pack: Uint8Array.of(0x00, 0x00),
};

/** AUTH0 of a card that asks for no password. */
export const AUTH0_OFF = 0xff;

/**
 * AUTH0 of a card of this site: from page 2 on, so that nobody sets the lock bits of somebody else's card either.
 * Reading stays free (PROT is 0).
 */
export const AUTH0_ON = 0x02;

/** ACCESS, the first byte of CFG1 (NTAG213/215/216, section 8.5.7; MF0ULx1, section 8.5.6). */
export const ACCESS = { readProtected: 0x80, configLocked: 0x40, wrongPasswordLimit: 0x07 } as const;

/** Whether writing needs a password, and whether this site has it. */
export type TagProtection =
  /** The card asks for none. */
  | { readonly kind: 'off' }
  /** The password was accepted: the card is open until it is selected again. `keyVersion` null: it is that of the factory. */
  | { readonly kind: 'opened'; readonly keyVersion: number | null; readonly isPackRight: boolean }
  /** Pages from `firstPage` on cannot be written. */
  | { readonly kind: 'closed'; readonly firstPage: number; readonly reason: string };

/** The first page that needs a password to be written; undefined: none does. */
export function protectedFrom(layout: TagLayout, pages: TagPages): number | undefined {
  const first =
    layout.configPage !== undefined
      ? pages.get(layout.configPage)?.[3]
      : layout.desAuth0Page !== undefined
        ? pages.get(layout.desAuth0Page)?.[0]
        : undefined;
  return first !== undefined && first < layout.pages ? first : undefined;
}

/**
 * Whether PWD and PACK may be changed for good and all: not where the configuration is locked (CFGLCK), and not where wrong passwords are counted
 * (AUTHLIM): there not one is tried, since the last one too many locks the card for ever.
 */
export function isPasswordOurs(layout: TagLayout, pages: TagPages): boolean {
  if (layout.configPage === undefined) return false;
  const access = pages.get(layout.configPage + 1)?.[0] ?? 0;
  return (access & (ACCESS.configLocked | ACCESS.wrongPasswordLimit)) === 0;
}

/**
 * Sends the passwords that the card may have until one is right: that of the key version which its record tells, the newest, those before it,
 * the factory's. One exchange for a card in order, none for a card that asks for no password.
 */
export async function openProtection(
  tag: Tag,
  layout: TagLayout,
  pages: TagPages,
  uid: string,
  keys: SiteKeys,
  likelyVersion: number | null,
): Promise<TagProtection> {
  const firstPage = protectedFrom(layout, pages);
  if (firstPage === undefined) return { kind: 'off' };
  const closed = (reason: string): TagProtection => ({ kind: 'closed', firstPage, reason });
  if (layout.configPage === undefined) return closed('it needs a 3DES key');
  if (!tag.canAuthenticate) return closed('it needs a password, which this reader cannot pass on');
  const access = pages.get(layout.configPage + 1)?.[0] ?? 0;
  if ((access & ACCESS.wrongPasswordLimit) !== 0) {
    return closed('it needs a password, and counts wrong ones, so that none was tried');
  }
  const likelyFirst = [...keys].sort(
    (one, other) => Number(other.version === likelyVersion) - Number(one.version === likelyVersion),
  );
  for (const version of likelyFirst) {
    const { password, pack } = ntagPassword(version, uid);
    const answer = await tag.authenticate(password);
    if (answer) return opened(version.version, answer, pack);
  }
  const answer = await tag.authenticate(FACTORY_PASSWORD.password);
  if (answer) return opened(null, answer, FACTORY_PASSWORD.pack);
  return closed("it needs a password that is not this site's");
}

function opened(keyVersion: number | null, answer: Uint8Array, pack: Uint8Array): TagProtection {
  return { kind: 'opened', keyVersion, isPackRight: answer.every((byte, at) => byte === pack[at]) };
}
