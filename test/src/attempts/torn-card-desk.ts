import { addCardCredential } from '../site/card-bed.ts';
import { temporaryFolder } from '../site/site-bed.ts';
import { CARD, Desk, type DeskOptions, encode } from './desk.ts';
import { type Writing, writesAndFails } from './scripted-card.ts';
import { failure } from './scripted-driver.ts';

/** A desk after a restart while a card was written, which is what is on the disk when the process is killed. */
export async function deskWithTornCard(options: DeskOptions = {}) {
  const folder = temporaryFolder();
  const before = await Desk.open({ folder });
  const { id: credentialId, acsUserId } = addCardCredential(before.site);
  const { id } = before.request(encode(credentialId));
  const torn = before.device.place(CARD, [], { content: { kind: 'foreign', description: 'a link' } });
  torn.writings.push(writesAndFails(2, failure('card_removed')));
  await before.asksFor(id, 'put_card_back');
  await before.close();
  const desk = await Desk.open({ folder, ...options });
  desk.attempts.resume();
  await desk.ends(id);
  /** Puts the card on the encoder, with what is on it. */
  const place = (...writings: Writing[]) => {
    const card = desk.device.place(CARD, [], torn.contents);
    card.writings.push(...writings);
    return card;
  };
  const image = torn.images[0];
  return { desk, interrupted: id, credentialId, ada: acsUserId ?? '', image, place };
}
