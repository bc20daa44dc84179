import { createHash } from 'node:crypto';
import { type Card, type CardTechnology, cardNumber } from '../model/card.ts';
import type { Encoder } from '../model/encoder.ts';
import { EVERY_ROW } from '../store/paging.ts';
import { SiteError } from './errors.ts';
import { announce, record, type Site } from './site.ts';

/** A device as the desk meets it. */
export interface MetDevice {
  readonly driver: string;
  readonly deviceId: string;
  readonly name: string;
  readonly technologies: readonly CardTechnology[];
  readonly isVirtual: boolean;
}

/** Notes that a device is attached and open; the first time, it becomes an encoder of this site. */
export function encoderArrived(site: Site, device: MetDevice): Encoder {
  return site.store.transaction(() => {
    const id = encoderId(site.identity.deskId, device);
    const known = site.store.encoders.get(id);
    const { driver, name, technologies, isVirtual } = device;
    const encoder: Encoder = {
      id,
      driver,
      name,
      technologies,
      isVirtual,
      isOnline: true,
      isBusy: known?.isBusy ?? false,
      createdAt: known?.createdAt ?? site.clock.now(),
      removedAt: null,
    };
    if (known === null) {
      site.store.encoders.insert(encoder, device.deviceId);
      announce(site, 'acs_encoder.added', { acsEncoderId: id });
    } else {
      site.store.encoders.update(encoder);
    }
    record(site, { type: 'encoder.changed', encoder });
    return encoder;
  });
}

/**
 * Notes an encoder that somebody else drives: nothing here is attached to it, so it stays offline. One that was gone is back.
 */
export function encoderReported(
  site: Site,
  { name, ...device }: Pick<MetDevice, 'driver' | 'deviceId' | 'name'>,
): void {
  site.store.transaction(() => {
    const id = encoderId(site.identity.deskId, device);
    const known = site.store.encoders.get(id);
    if (known !== null && known.removedAt === null) return;
    if (known === null) {
      const { driver } = device;
      const nothingElse = { isVirtual: false, isOnline: false, isBusy: false, removedAt: null };
      const createdAt = site.clock.now();
      site.store.encoders.insert(
        { id, driver, name, technologies: [], createdAt, ...nothingElse },
        device.deviceId,
      );
    } else {
      site.store.encoders.update({ ...known, removedAt: null });
    }
    announce(site, 'acs_encoder.added', { acsEncoderId: id });
    recordEncoder(site, id);
  });
}

/** Notes that somebody reported this encoder as gone for good; it stays known, with that error. One that nobody knows stays unknown. */
export function encoderReportedGone(site: Site, device: Pick<MetDevice, 'driver' | 'deviceId'>): void {
  site.store.transaction(() => {
    const known = site.store.encoders.get(encoderId(site.identity.deskId, device));
    if (known === null || known.removedAt !== null) return;
    site.store.encoders.update({ ...known, removedAt: site.clock.now() });
    announce(site, 'acs_encoder.removed', { acsEncoderId: known.id });
    recordEncoder(site, known.id);
  });
}

/** Notes that a device has gone; the encoder stays, offline. */
export function encoderLeft(site: Site, id: string): void {
  site.store.transaction(() => {
    const encoder = findEncoder(site, id);
    if (!encoder.isOnline) return;
    site.store.encoders.update({ ...encoder, isOnline: false });
    recordEncoder(site, id);
  });
}

/** At start nothing is attached yet, whatever the file says from before. */
export function allEncodersOffline(site: Site): void {
  for (const { id } of site.store.encoders.list({}, EVERY_ROW).rows) {
    encoderLeft(site, id);
  }
}

/** Notes a card in the field. A card that served before is forgotten when another one comes. */
export function cardPresented(site: Site, id: string, card: Card): void {
  site.store.transaction(() => {
    const served = site.store.encoders.servedCard(id);
    if (served !== null && served.uid !== card.uid) site.store.encoders.setServedCard(id, null);
    record(site, { type: 'card.presented', encoderId: id, card, cardNumber: numberOf(site, card) });
  });
}

/**
 * Notes that the card has left the field. When it was the encoder that left, the card may still lie there: then it
 * stays the card that served last.
 */
export function cardRemoved(site: Site, id: string, card: Card, cause: 'taken_away' | 'encoder_left'): void {
  site.store.transaction(() => {
    if (cause === 'taken_away') site.store.encoders.setServedCard(id, null);
    record(site, { type: 'card.removed', encoderId: id, card, cardNumber: numberOf(site, card) });
  });
}

/** Records the encoder as it is now. */
export function recordEncoder(site: Site, id: string): void {
  record(site, { type: 'encoder.changed', encoder: findEncoder(site, id) });
}

/** Throws `acs_encoder_not_found`. */
export function findEncoder(site: Site, id: string): Encoder {
  const encoder = site.store.encoders.get(id);
  if (encoder === null) {
    throw new SiteError('acs_encoder_not_found', `There is no encoder ${id} at this desk.`, {
      acs_encoder_id: id,
    });
  }
  return encoder;
}

const numberOf = (site: Site, card: Card) => cardNumber(card, site.settings.cardNumberFormat);

/** A UUID of version 8 (RFC 9562, section 5.8): the same device at the same desk always has the same one. */
function encoderId(deskId: string, { driver, deviceId }: Pick<MetDevice, 'driver' | 'deviceId'>): string {
  const hex = createHash('sha256')
    .update(JSON.stringify([deskId, driver, deviceId]))
    .digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
