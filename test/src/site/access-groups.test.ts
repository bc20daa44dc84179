import { describe, expect, test } from 'vitest';
import { addToAccessGroup } from '../../../src/site/access.ts';
import {
  createAccessGroup,
  deleteAccessGroup,
  findAccessGroup,
  makeMissingAccessGroups,
  updateAccessGroup,
} from '../../../src/site/access-groups.ts';
import { findCredential } from '../../../src/site/credentials.ts';
import { createEntrance, deleteEntrance } from '../../../src/site/entrances.ts';
import { EVERY_ROW } from '../../../src/store/paging.ts';
import { addCardCredential, issue } from './card-bed.ts';
import { announced, contentsOf, openTestSite, waitingForBackend } from './site-bed.ts';

describe('an access group', () => {
  test('is made, found, changed and removed, and the backend learns it in that order', () => {
    const site = openTestSite({ hasBackend: true });
    const [gate, pool] = [createEntrance(site, 'Gate').id, createEntrance(site, 'Pool').id];
    const group = createAccessGroup(site, { name: '  Staff\t', entranceIds: [gate] });
    expect(group).toEqual({ id: group.id, name: 'Staff', entranceIds: [gate], createdAt: site.clock.now() });
    expect(findAccessGroup(site, group.id)).toEqual(group);
    expect(updateAccessGroup(site, group.id, { name: 'Crew' })).toEqual({ ...group, name: 'Crew' });
    expect(updateAccessGroup(site, group.id, { entranceIds: [pool] }).entranceIds).toEqual([pool]);
    deleteAccessGroup(site, group.id);
    expect(() => findAccessGroup(site, group.id)).toThrow(
      expect.objectContaining({ type: 'acs_access_group_not_found' }),
    );
    expect(announced(site).at(-1)).toBe('acs_access_group.deleted');
    const told = { kind: 'acs_access_group', id: group.id, fields: {}, sets: {}, event: null };
    expect(waitingForBackend(site).slice(2)).toEqual([
      {
        ...{ ...told, action: 'created' },
        fields: { name: { from: null, to: 'Staff' }, createdAt: { from: null, to: group.createdAt } },
        sets: { entranceIds: { added: [gate], removed: [] } },
      },
      { ...told, action: 'updated', fields: { name: { from: 'Staff', to: 'Crew' } } },
      { ...told, action: 'updated', sets: { entranceIds: { added: [pool], removed: [gate] } } },
      { ...told, action: 'deleted', event: 'acs_access_group.deleted' },
    ]);
  });

  test('has a name of its own, and entrances that are there', () => {
    const site = openTestSite();
    const staff = createAccessGroup(site, { name: 'Staff', entranceIds: [] });
    const guests = createAccessGroup(site, { name: 'Guests', entranceIds: [] });
    const before = contentsOf(site);
    const taken = expect.objectContaining({
      type: 'duplicate_access_group',
      data: { acs_access_group_id: staff.id },
    });
    expect(() => createAccessGroup(site, { name: ' Staff', entranceIds: [] })).toThrow(taken);
    expect(() => updateAccessGroup(site, guests.id, { name: 'Staff' })).toThrow(taken);
    const noEntrance = expect.objectContaining({ type: 'acs_entrance_not_found' });
    expect(() => createAccessGroup(site, { name: 'Others', entranceIds: ['none'] })).toThrow(noEntrance);
    expect(() => updateAccessGroup(site, guests.id, { entranceIds: ['none'] })).toThrow(noEntrance);
    for (const name of ['', ' ', 'a\nb', 'x'.repeat(201)]) {
      expect(() => createAccessGroup(site, { name, entranceIds: [] })).toThrow('1 to 200 characters');
    }
    expect(updateAccessGroup(site, staff.id, { name: 'Staff' })).toEqual(staff);
    expect(contentsOf(site)).toEqual(before);
    expect(site.store.accessGroups.list({}, EVERY_ROW).rows).toEqual([staff, guests]);
  });

  test.each([
    ['it opens something else', 'changed'],
    ['it is removed', 'removed'],
    ['its entrance is removed', 'without entrance'],
  ])('leaves cards of its users that must be issued again when %s', (_, story) => {
    const site = openTestSite();
    const [gate, pool] = [createEntrance(site, 'Gate').id, createEntrance(site, 'Pool').id];
    const group = createAccessGroup(site, { name: 'Staff', entranceIds: [gate] });
    const blank = addCardCredential(site);
    addToAccessGroup(site, group.id, { kind: 'acs_user', acsUserId: blank.acsUserId ?? '' });
    const card = issue(site, blank.id);
    expect(card.needsReissue).toBe(false);
    if (story === 'changed') updateAccessGroup(site, group.id, { entranceIds: [pool] });
    if (story === 'removed') deleteAccessGroup(site, group.id);
    if (story === 'without entrance') deleteEntrance(site, gate);
    expect(findCredential(site, card.id).needsReissue).toBe(true);
    if (story !== 'changed') return;
    updateAccessGroup(site, group.id, { entranceIds: [gate] });
    expect(findCredential(site, card.id).needsReissue).toBe(false);
  });

  test('of the configuration is made when it is missing, with its entrances, and stays as it is afterwards', () => {
    const site = openTestSite();
    const gate = createEntrance(site, 'Gate').id;
    const configured = [{ name: 'Staff', entrances: ['Gate', 'Pool', ' Gate '] }];
    makeMissingAccessGroups(site, configured);
    const pool = site.store.entrances.withName('Pool')?.id;
    const [group, ...others] = site.store.accessGroups.list({}, EVERY_ROW).rows;
    expect(others).toEqual([]);
    expect(group?.entranceIds.toSorted()).toEqual([gate, pool].toSorted());
    updateAccessGroup(site, group?.id ?? '', { entranceIds: [] });
    makeMissingAccessGroups(site, configured);
    expect(site.store.accessGroups.list({}, EVERY_ROW).rows).toEqual([{ ...group, entranceIds: [] }]);
  });
});
