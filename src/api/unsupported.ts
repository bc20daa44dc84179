import { z } from 'zod';
import { SCOPES } from '../model/api-key.ts';
import { ApiError } from './errors.ts';
import type { Operation } from './operation.ts';
import { UNSUPPORTED_ACCESS_CONTROL } from './unsupported/access-control.ts';
import { CLOUD } from './unsupported/cloud.ts';
import { DEVICES } from './unsupported/devices.ts';
import type { UnsupportedGroup } from './unsupported/group.ts';

/** Everything that Seam's clients can call and that is not served, by why. */
export const unsupportedGroups: readonly UnsupportedGroup[] = [
  ...UNSUPPORTED_ACCESS_CONTROL,
  ...DEVICES,
  ...CLOUD,
];

/** The same as operations: each answers `unsupported_operation` with the reason, whoever asks with a good token. */
export const unsupportedOperations: readonly Operation[] = unsupportedGroups.flatMap(
  ({ reason, operations }) =>
    operations.map(({ path, methods }) => ({
      path,
      methods,
      scopes: SCOPES.filter((scope) => scope !== 'bridge'),
      summary: reason,
      // Nobody is told more than that.
      isOwn: true,
      input: z.looseObject({}),
      output: z.object({}),
      handle() {
        throw new ApiError('unsupported_operation', reason);
      },
    })),
);
