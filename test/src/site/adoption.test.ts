import { expect, test } from 'vitest';
import { adoptIdentity } from '../../../src/site/adoption.ts';
import { wantedRecord } from '../../../src/site/reissue.ts';
import { newId, openSite } from '../../../src/site/site.ts';
import { addCardCredential, issue } from './card-bed.ts';
import { addEncoder, openTestSite } from './site-bed.ts';

const systemAbove = () => ({ workspaceId: newId(), acsSystemId: newId(), connectedAccountId: newId() });

test('a desk becomes the system that its backend is, for good, and cards name that one', () => {
  const desk = openTestSite();
  const { createdAt, deskId } = desk.identity;
  const above = systemAbove();
  expect(adoptIdentity(desk, above)).toBeNull();
  expect(desk.identity).toEqual({ ...above, createdAt, deskId });
  expect(wantedRecord(desk, addCardCredential(desk)).siteId).toBe(above.acsSystemId);
  expect(openSite(desk).identity).toEqual({ ...above, createdAt, deskId });
});

test('the encoders of a desk stay what they were, whichever system it becomes', () => {
  const [one, other] = [openTestSite(), openTestSite()];
  const encoderId = addEncoder(one);
  const above = systemAbove();
  for (const desk of [one, other]) expect(adoptIdentity(desk, above)).toBeNull();
  expect(addEncoder(one)).toBe(encoderId);
  expect(addEncoder(other)).not.toBe(encoderId);
  expect(one.store.encoders.list({}, { after: 0, limit: 10 }).rows).toHaveLength(1);
});

test('a backend without a connected account leaves the desk its own', () => {
  const desk = openTestSite();
  const { connectedAccountId } = desk.identity;
  const above = { ...systemAbove(), connectedAccountId: null };
  expect(adoptIdentity(desk, above)).toBeNull();
  expect(desk.identity).toMatchObject({ ...above, connectedAccountId });
});

test('a desk whose cards name its own system must not become another one', () => {
  const desk = openTestSite();
  issue(desk, addCardCredential(desk).id);
  const before = desk.identity;
  const above = systemAbove();
  const why = adoptIdentity(desk, above);
  expect(why).toContain(before.acsSystemId);
  expect(why).toContain(above.acsSystemId);
  expect(why).toContain("copy of this desk's state folder");
  expect(desk.identity).toEqual(before);
});

test('a desk whose cards name the system that the backend is takes the rest of its identity', () => {
  const desk = openTestSite();
  issue(desk, addCardCredential(desk).id);
  const above = { ...systemAbove(), acsSystemId: desk.identity.acsSystemId };
  expect(adoptIdentity(desk, above)).toBeNull();
  expect(desk.identity).toMatchObject(above);
  expect(adoptIdentity(desk, above)).toBeNull();
});

test('a system whose id is no UUID has one on cards, the same at every desk', () => {
  const above = { workspaceId: 'seed_workspace_1', acsSystemId: 'acs_system_1', connectedAccountId: null };
  const desks = [openTestSite(), openTestSite()];
  for (const desk of desks) {
    expect(adoptIdentity(desk, above)).toBeNull();
    expect(adoptIdentity(desk, above)).toBeNull();
  }
  const ids = desks.map(({ identity }) => identity.acsSystemId);
  expect(ids[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5/);
  expect(ids[1]).toBe(ids[0]);
});
