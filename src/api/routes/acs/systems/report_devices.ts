import { z } from 'zod';
import { noteReport } from '../../../../site/reported-devices.ts';
import { checkSystem } from '../../../../site/systems.ts';
import { defineOperation, POSTS } from '../../../operation.ts';
import { idParameter } from '../../../wire/fields.ts';

/** What a lock system calls one of its devices: it becomes part of a name. */
const given = z
  .string()
  .trim()
  .regex(/^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}]{1,150}$/u, 'Expected 1 to 150 characters, and no control characters');

const hotekEntrance = z
  .object({
    room_number: given.optional(),
    common_area_number: given.optional(),
    common_area_name: given.optional(),
  })
  .refine(
    (names) => Object.values(names).filter((name) => name !== undefined).length === 1,
    'Must specify exactly one of room_number, common_area_number and common_area_name',
  );

export const acsSystemsReportDevices = defineOperation({
  path: '/acs/systems/report_devices',
  methods: POSTS,
  scopes: ['manage'],
  summary: 'Notes which entrances and encoders a lock system has, and which it has no more',
  input: z.object({
    acs_system_id: idParameter,
    acs_entrances: z
      .array(z.object({ hotek_metadata: hotekEntrance, is_removed: z.boolean().default(false) }))
      .default([]),
    acs_encoders: z
      .array(
        z.object({
          hotek_metadata: z.object({ encoder_number: given }),
          is_removed: z.boolean().default(false),
        }),
      )
      .default([]),
  }),
  output: z.object({}),
  handle: ({ input, desk: { site } }) => {
    checkSystem(site, input.acs_system_id);
    noteReport(site, {
      entrances: input.acs_entrances.map(({ hotek_metadata, is_removed }) => ({
        hotekMetadata: named(hotek_metadata),
        isRemoved: is_removed,
      })),
      encoders: input.acs_encoders.map(({ hotek_metadata, is_removed }) => ({
        encoderNumber: hotek_metadata.encoder_number,
        isRemoved: is_removed,
      })),
    });
    return {};
  },
});

/** The same without what is undefined. */
function named({ room_number, common_area_number, common_area_name }: z.output<typeof hotekEntrance>) {
  return {
    ...(room_number === undefined ? {} : { room_number }),
    ...(common_area_number === undefined ? {} : { common_area_number }),
    ...(common_area_name === undefined ? {} : { common_area_name }),
  };
}
