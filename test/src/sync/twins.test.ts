import { describe, expect, test } from 'vitest';
import type { ResourceName } from '../../../src/model/resource.ts';
import type { Verdict } from '../../../src/model/sync.ts';
import { createUserIdentity } from '../../../src/site/identities.ts';
import { answerLost } from '../../benches/scripted-backend.ts';
import { SyncBed, userState } from './sync-bed.ts';

const MINUTE = 60_000;

/** A backend that gives ids of its own, as Seam does: what it is told of, it has under another id, and whoever tells it again is told which. */
class OwnIds {
  readonly bed = new SyncBed();
  /** Ids above of what the desk made, by the desk's. */
  readonly made = new Map<string, string>();

  constructor() {
    const { bed, made } = this;
    bed.open = () => Promise.resolve({ protocol: 'seam', backend: bed.backend });
    bed.backend.refusal = ({ change: { kind, id, action, fields } }): Verdict | null => {
      if (action !== 'created') return null;
      const backendId = crypto.randomUUID();
      made.set(id, backendId);
      bed.backend.change({ kind, id: backendId }, userState(String(fields['fullName']?.to)));
      return { verdict: 'known_as', backendId };
    };
  }

  get users() {
    return this.bed.site.store.users.list({}, { after: 0, limit: 100 }).rows;
  }

  isHeld(backendId: string): boolean {
    return this.bed.site.store.heldItems.among('acs_user', [backendId]).length > 0;
  }

  /** Answers to what it is told are lost until the function that is returned is called. */
  loseAnswers(): () => void {
    const { backend } = this.bed;
    backend.fault = ({ operation }) => (operation === 'deliver' ? answerLost : null);
    return () => {
      backend.fault = () => null;
    };
  }

  /** The desk makes a user of whom the backend knows, and the desk does not know that it does. */
  async makeInDoubt(name: string): Promise<string> {
    const [id = ''] = this.bed.addUsers(1, name);
    await this.bed.passUntil(() => this.made.has(id), MINUTE);
    return id;
  }

  async settled(): Promise<void> {
    await this.bed.passUntil(
      () => this.bed.counts.waiting === 0 && this.bed.site.store.heldItems.count() === 0,
      10 * MINUTE,
    );
  }

  /** Somebody above makes a user. */
  addAbove(fullName: string): ResourceName {
    const name = { kind: 'acs_user', id: crypto.randomUUID() } as const;
    this.bed.backend.change(name, userState(fullName));
    return name;
  }
}

describe('a thing that was made here, and above under another id, while the answer was lost', () => {
  test('is one: what is new above of its kind waits until the answer has come', async () => {
    const own = new OwnIds();
    const { bed } = own;
    await bed.connected();
    const answersCome = own.loseAnswers();
    const id = await own.makeInDoubt('Ada');
    const other = own.addAbove('Grace');
    const above = own.made.get(id) ?? '';
    await bed.passUntil(() => own.isHeld(above) && own.isHeld(other.id), MINUTE, 100);
    expect(own.users.map((user) => user.id)).toEqual([id]);
    answersCome();
    await own.settled();
    expect(own.users.map(({ id: here, fullName }) => [here, fullName])).toEqual([
      [id, 'Ada 1'],
      [other.id, 'Grace'],
    ]);
    expect(bed.site.store.sharedResources.get({ kind: 'acs_user', id })?.backendId).toBe(above);
    expect(own.made.size).toBe(1);
  });

  test('is one after a walk through everything, too', async () => {
    const own = new OwnIds();
    const { bed } = own;
    bed.backend.hasNews = false;
    await bed.connected();
    const answersCome = own.loseAnswers();
    const id = await own.makeInDoubt('Ada');
    bed.sync.resync();
    await bed.passUntil(() => own.isHeld(own.made.get(id) ?? '') && !bed.isWalking, MINUTE, 100);
    expect(own.users.map((user) => user.id)).toEqual([id]);
    answersCome();
    await own.settled();
    expect(own.users.map((user) => user.id)).toEqual([id]);
  });

  test('keeps waiting neither what is known here, nor what is of another kind', async () => {
    const own = new OwnIds();
    const { bed } = own;
    const known = own.addAbove('Grace');
    await bed.connected();
    own.loseAnswers();
    await own.makeInDoubt('Ada');
    bed.backend.change(known, userState('Grace Hopper'));
    const person = { kind: 'user_identity', id: crypto.randomUUID() } as const;
    const createdAt = bed.site.clock.now();
    const texts = { key: 'guest-7', fullName: 'Ada', emailAddress: null, phoneNumber: null };
    bed.backend.change(person, { ...texts, createdAt });
    await bed.passUntil(() => bed.site.store.userIdentities.get(person.id) !== null, MINUTE, 100);
    expect(bed.counts.waiting).toBe(1);
    expect(bed.site.store.users.get(known.id)?.fullName).toBe('Grace Hopper');
  });

  test('keeps nothing waiting where the backend keeps the ids of this desk', async () => {
    const bed = new SyncBed();
    await bed.connected();
    bed.backend.fault = ({ operation }) => (operation === 'deliver' ? answerLost : null);
    createUserIdentity(bed.site, { key: 'k', fullName: 'Ada', emailAddress: null, phoneNumber: null });
    bed.addUsers(1);
    await bed.passUntil(() => bed.waiting.some(({ attempts }) => attempts > 0), MINUTE, 100);
    const name = { kind: 'user_identity', id: crypto.randomUUID() } as const;
    const texts = { key: 'guest-7', fullName: 'Grace', emailAddress: null, phoneNumber: null };
    bed.backend.change(name, { ...texts, createdAt: bed.site.clock.now() });
    await bed.passUntil(() => bed.site.store.userIdentities.get(name.id) !== null, MINUTE, 100);
    expect(bed.counts.waiting).toBe(2);
  });
});
