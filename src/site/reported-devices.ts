import type { Entrance, HotekEntrance } from '../model/entrance.ts';
import { encoderReported, encoderReportedGone } from './encoders.ts';
import { changeEntrance, createEntrance, deleteEntrance, entranceName } from './entrances.ts';
import type { Site } from './site.ts';

/** What a lock system has, as somebody reports it; `isRemoved`: it has it no more. */
export interface DeviceReport {
  readonly entrances: readonly { readonly hotekMetadata: HotekEntrance; readonly isRemoved: boolean }[];
  readonly encoders: readonly { readonly encoderNumber: string; readonly isRemoved: boolean }[];
}

/**
 * Notes what a lock system has; what is known already stays as it is, and what is gone already stays gone. All of it is noted, or nothing.
 * Throws `invalid_input` for a name that none can be, and `duplicate_entrance` for one that another entrance of the lock system has.
 */
export function noteReport(site: Site, { entrances, encoders }: DeviceReport): void {
  site.store.transaction(() => {
    for (const { hotekMetadata, isRemoved } of entrances) {
      if (isRemoved) removeEntrance(site, hotekMetadata);
      else noteEntrance(site, hotekMetadata);
    }
    for (const { encoderNumber, isRemoved } of encoders) {
      const device = { driver: 'reported', deviceId: `hotek:${encoderNumber}` };
      if (isRemoved) encoderReportedGone(site, device);
      else encoderReported(site, { ...device, name: `Hotek encoder ${encoderNumber}` });
    }
  });
}

/** An entrance of that name that was made here is the one that is meant: its number, and the cards that open it, stay. */
function noteEntrance(site: Site, hotekMetadata: HotekEntrance): void {
  const name = nameOf(hotekMetadata);
  const known = site.store.entrances.withName(name);
  if (known?.hotekMetadata === null) changeEntrance(site, known, { hotekMetadata });
  else if (known === null || !isSame(known, hotekMetadata)) createEntrance(site, name, hotekMetadata);
}

/** An entrance that was made here goes only when somebody removes it here: the report takes back what it said of it. */
function removeEntrance(site: Site, hotekMetadata: HotekEntrance): void {
  const known = site.store.entrances.withName(nameOf(hotekMetadata));
  if (known === null || !isSame(known, hotekMetadata)) return;
  if (known.isMadeByReport) deleteEntrance(site, known.id);
  else changeEntrance(site, known, { hotekMetadata: null });
}

function isSame({ hotekMetadata: known }: Entrance, reported: HotekEntrance): boolean {
  return (
    known?.room_number === reported.room_number &&
    known?.common_area_number === reported.common_area_number &&
    known?.common_area_name === reported.common_area_name
  );
}

/** Exactly one of the three is there. */
function nameOf({ room_number, common_area_number, common_area_name }: HotekEntrance): string {
  if (room_number !== undefined) return entranceName(`Room ${room_number}`);
  return entranceName(common_area_name ?? `Common area ${common_area_number}`);
}
