import { ENTRANCE_NAME } from './entrance.ts';

/** What an access group may be called: as an entrance. */
export const ACCESS_GROUP_NAME = ENTRANCE_NAME;

/** Users who may open the same entrances (Seam: acs_access_group). Times are milliseconds since 1970. */
export interface AccessGroup {
  readonly id: string;
  /** Unlike every other group's. */
  readonly name: string;
  /** What its users may open; ids of entrances. */
  readonly entranceIds: readonly string[];
  readonly createdAt: number;
}
