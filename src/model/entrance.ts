/** What an entrance may be called: it stands in tables and on screens. */
export const ENTRANCE_NAME = /^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}]{1,200}$/u;

/** A door, gate or room (Seam: acs_entrance). Times are milliseconds since 1970. */
export interface Entrance {
  readonly id: string;
  /** What locks and cards call it, 1 to 65,535; never given to another entrance. */
  readonly number: number;
  readonly name: string;
  /** What the lock system calls it, as it was reported; null: it was not. */
  readonly hotekMetadata: HotekEntrance | null;
  /** Whether a report of the lock system made it, and may remove it; else somebody here did. */
  readonly isMadeByReport: boolean;
  readonly createdAt: number;
}

/** Exactly one of the three is there. */
export interface HotekEntrance {
  readonly room_number?: string;
  readonly common_area_number?: string;
  readonly common_area_name?: string;
}
