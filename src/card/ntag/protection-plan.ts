import type { CardImage } from '../../model/card-record.ts';
import { ntagPassword } from '../diversification.ts';
import type { SiteKeyVersion } from '../site-keys.ts';
import type { TagPreimage } from './preimage.ts';
import type { ReadTag } from './read-tag.ts';
import { AUTH0_OFF, AUTH0_ON, FACTORY_PASSWORD, isPasswordOurs } from './tag-protection.ts';
import { auth0Steps, forgetPasswordSteps, pageSteps, protectSteps, type WriteStep } from './write-plan.ts';

/** How the card is to be protected once it holds the image. */
export type WantedProtection =
  /** With the password of the newest keys. */
  | { readonly kind: 'on' }
  /** With none; `isFactory`: its password is to be that of the factory too, though it asks for none. */
  | { readonly kind: 'off'; readonly isFactory: boolean }
  | { readonly kind: 'as_before'; readonly preimage: TagPreimage };

/** Which protection goes with an image; `preimage` is that of a `previous` one. */
export function wantedProtection(
  image: CardImage,
  isPasswordProtected: boolean,
  preimage: TagPreimage | undefined,
): WantedProtection {
  if (preimage) return { kind: 'as_before', preimage };
  if (image.kind === 'blank') return { kind: 'off', isFactory: true };
  return isPasswordProtected ? { kind: 'on' } : { kind: 'off', isFactory: false };
}

/**
 * The steps that protect the card, or free it: none on a card or reader without passwords, and none where the password is somebody else's.
 * Asks the card whether its password is the factory's, where that matters and cannot be known: one exchange.
 */
export async function protectionSteps(
  { tag, layout, pages, protection }: ReadTag,
  uid: string,
  newest: SiteKeyVersion,
  wanted: WantedProtection,
): Promise<readonly WriteStep[]> {
  const { configPage } = layout;
  if (configPage === undefined || !tag.canAuthenticate) return [];
  if (protection.kind === 'closed' || !isPasswordOurs(layout, pages)) return [];
  const isProtected = protection.kind === 'opened';
  const isFactory = isProtected && protection.keyVersion === null && protection.isPackRight;

  if (wanted.kind === 'as_before') {
    const { config, access } = wanted.preimage;
    const auth0 = config[3] ?? AUTH0_OFF;
    const wasProtected = auth0 < layout.pages;
    if (wasProtected) {
      // Any version of the site's keys opens it: it need not be the one that it had.
      const isOurs = isProtected && protection.keyVersion !== null && protection.isPackRight;
      const wasOurs = auth0 === AUTH0_ON;
      if (isProtected && (wasOurs ? isOurs : isFactory)) return auth0Steps(configPage, pages, auth0);
      const password = wasOurs ? ntagPassword(newest, uid) : FACTORY_PASSWORD;
      return protectSteps(configPage, pages, { password, auth0, isProtected });
    }
    const forget = isFactory || (!isProtected && (await hasFactoryPassword(tag)));
    return [
      ...pageSteps(configPage, pages, config),
      ...pageSteps(configPage + 1, pages, access),
      ...(forget ? [] : forgetPasswordSteps(configPage)),
    ];
  }

  if (wanted.kind === 'on') {
    const isNewest = isProtected && protection.keyVersion === newest.version && protection.isPackRight;
    if (isNewest) return auth0Steps(configPage, pages, AUTH0_ON);
    const password = ntagPassword(newest, uid);
    return protectSteps(configPage, pages, { password, auth0: AUTH0_ON, isProtected });
  }

  if (!isProtected && !wanted.isFactory) return [];
  const isForgotten = isFactory || (!isProtected && (await hasFactoryPassword(tag)));
  return [
    ...auth0Steps(configPage, pages, AUTH0_OFF),
    ...(isForgotten ? [] : forgetPasswordSteps(configPage)),
  ];
}

async function hasFactoryPassword(tag: ReadTag['tag']): Promise<boolean> {
  const pack = await tag.authenticate(FACTORY_PASSWORD.password);
  return pack?.every((byte, at) => byte === FACTORY_PASSWORD.pack[at]) ?? false;
}
