import { describe, expect, test } from 'vitest';
import { allEncodersOffline } from '../../../src/site/encoders.ts';
import { createEntrance, makeMissingEntrances } from '../../../src/site/entrances.ts';
import { type DeviceReport, noteReport } from '../../../src/site/reported-devices.ts';
import type { Site } from '../../../src/site/site.ts';
import { EVERY_ROW } from '../../../src/store/paging.ts';
import { addEncoder, announced, changesOf, contentsOf, openTestSite } from './site-bed.ts';

const report = (site: Site, some: Partial<DeviceReport>) =>
  noteReport(site, { entrances: [], encoders: [], ...some });

const entrance = (hotekMetadata: DeviceReport['entrances'][number]['hotekMetadata'], isRemoved = false) => ({
  hotekMetadata,
  isRemoved,
});
const encoder = (encoderNumber: string, isRemoved = false) => ({ encoderNumber, isRemoved });

const names = (site: Site) => site.store.entrances.list({}, EVERY_ROW).rows.map(({ name }) => name);
const encoders = (site: Site) => site.store.encoders.list({}, EVERY_ROW).rows;

describe('an entrance that is reported', () => {
  test('is made once, under the name that a person knows', () => {
    const site = openTestSite();
    const entrances = [
      entrance({ room_number: '101' }),
      entrance({ common_area_number: '7' }),
      entrance({ common_area_name: 'Garage' }),
      entrance({ room_number: '101' }),
    ];
    report(site, { entrances });
    expect(names(site)).toEqual(['Room 101', 'Common area 7', 'Garage']);
    expect(site.store.entrances.withName('Room 101')?.hotekMetadata).toEqual({ room_number: '101' });
    const before = contentsOf(site);
    report(site, { entrances });
    expect(contentsOf(site)).toEqual(before);
  });

  test('is the one of that name that was made here, with its number', () => {
    const site = openTestSite();
    const made = createEntrance(site, 'Room 101');
    report(site, { entrances: [entrance({ room_number: '101' })] });
    expect(site.store.entrances.list({}, EVERY_ROW).rows).toEqual([
      { ...made, hotekMetadata: { room_number: '101' } },
    ]);
    expect(() => report(site, { entrances: [entrance({ common_area_name: 'Room 101' })] })).toThrow(
      expect.objectContaining({ type: 'duplicate_entrance', data: { acs_entrance_id: made.id } }),
    );
  });

  test('goes when it is reported as removed, and its number is never given again', () => {
    const site = openTestSite();
    report(site, { entrances: [entrance({ room_number: '101' })] });
    const first = site.store.entrances.withName('Room 101');
    const removed = { entrances: [entrance({ room_number: '101' }, true)] };
    report(site, removed);
    report(site, removed);
    expect(names(site)).toEqual([]);
    expect(announced(site).filter((type) => type === 'acs_entrance.removed')).toHaveLength(1);
    report(site, { entrances: [entrance({ room_number: '101' })] });
    expect(site.store.entrances.withName('Room 101')?.number).toBe((first?.number ?? 0) + 1);
  });

  test('and was made here stays when it is removed: the report takes back what it said', () => {
    const site = openTestSite();
    const made = createEntrance(site, 'Room 101');
    makeMissingEntrances(site, ['Garage']);
    const before = site.store.entrances.list({}, EVERY_ROW).rows;
    const entrances = (isRemoved: boolean) => ({
      entrances: [
        entrance({ room_number: '101' }, isRemoved),
        entrance({ common_area_name: 'Garage' }, isRemoved),
      ],
    });
    report(site, entrances(false));
    report(site, entrances(true));
    expect(site.store.entrances.list({}, EVERY_ROW).rows).toEqual(before);
    expect(before[0]).toEqual(made);
    expect(announced(site)).not.toContain('acs_entrance.removed');
    // What was taken back is not there to be removed again.
    report(site, entrances(true));
    expect(names(site)).toEqual(['Room 101', 'Garage']);
  });

  test('is made here from when the configuration names it', () => {
    const site = openTestSite();
    report(site, { entrances: [entrance({ common_area_name: 'Garage' })] });
    makeMissingEntrances(site, ['Garage']);
    report(site, { entrances: [entrance({ common_area_name: 'Garage' }, true)] });
    expect(site.store.entrances.withName('Garage')).toMatchObject({ number: 1, hotekMetadata: null });
  });

  test('that was never reported does not go by a report', () => {
    const site = openTestSite();
    createEntrance(site, 'Garage');
    report(site, { entrances: [entrance({ common_area_name: 'Garage' }, true)] });
    expect(names(site)).toEqual(['Garage']);
  });
});

describe('an encoder that is reported', () => {
  test('is there once, offline, and cannot do anything', () => {
    const site = openTestSite();
    report(site, { encoders: [encoder('1'), encoder('1')] });
    const [found, ...others] = encoders(site);
    expect(others).toEqual([]);
    expect(found).toMatchObject({
      driver: 'reported',
      name: 'Hotek encoder 1',
      technologies: [],
      isOnline: false,
      removedAt: null,
    });
    expect(announced(site)).toEqual(['acs_system.added', 'acs_encoder.added']);
    allEncodersOffline(site);
    expect(encoders(site)).toEqual([found]);
  });

  test('stays known when it is reported as removed, and is back when it is reported again', () => {
    const site = openTestSite();
    addEncoder(site);
    report(site, { encoders: [encoder('1')] });
    const found = encoders(site);
    site.clock.advance(1000);
    const changes = changesOf(site, () => {
      report(site, { encoders: [encoder('1', true)] });
      report(site, { encoders: [encoder('1', true), encoder('2', true)] });
    });
    expect(changes).toMatchObject([
      { type: 'event', event: { type: 'acs_encoder.removed', subject: { acsEncoderId: found[1]?.id } } },
      { type: 'encoder.changed', encoder: { removedAt: site.clock.now() } },
    ]);
    expect(encoders(site)).toEqual([found[0], { ...found[1], removedAt: site.clock.now() }]);
    report(site, { encoders: [encoder('1')] });
    expect(encoders(site)).toEqual(found);
    expect(announced(site).at(-1)).toBe('acs_encoder.added');
  });
});

test('a report is noted as a whole, or not at all', () => {
  const site = openTestSite();
  const before = contentsOf(site);
  const entrances = [entrance({ room_number: '101' }), entrance({ common_area_name: 'x'.repeat(201) })];
  expect(() => report(site, { encoders: [encoder('1')], entrances })).toThrow(
    expect.objectContaining({ type: 'invalid_input' }),
  );
  expect(contentsOf(site)).toEqual(before);
  expect(names(site)).toEqual([]);
  expect(encoders(site)).toEqual([]);
});
