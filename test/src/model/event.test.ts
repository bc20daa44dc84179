import { openapi } from '@seamapi/types/connect';
import { describe, expect, test } from 'vitest';
import { isEventName, SITE_EVENT_TYPES } from '../../../src/model/event.ts';

/** Every name that Seam has. */
const seams: readonly string[] = Object(openapi).components.schemas.event.oneOf.map(
  (one: unknown) => Object(one).properties.event_type.enum[0],
);

describe('the name of an event', () => {
  test("may be each of Seam's", () => {
    expect(seams.length).toBeGreaterThan(100);
    expect(seams.filter((name) => !isEventName(name))).toEqual([]);
  });

  test("of this site is one of Seam's", () => {
    expect(SITE_EVENT_TYPES.filter((name) => !seams.includes(name))).toEqual([]);
  });

  test.each([
    ...[
      'acs_credential.isued',
      'acs_credentials.issued',
      'acs_credential',
      'acs_credential.',
      'acs_credential.*',
    ],
    ...[
      'client_session.created',
      'device',
      'device.',
      'device.Connected',
      'devices.connected',
      'user.created',
      '',
      '*',
    ],
  ])('is not "%s"', (name) => {
    expect(isEventName(name)).toBe(false);
  });
});
