import { describe, onTestFinished } from 'vitest';
import type { Store } from '../../../src/store/store.ts';
import { accessContract } from './access.ts';
import { auditContract } from './audit.ts';
import { backendContract } from './backend.ts';
import { cardsContract } from './cards.ts';
import { clientSessionsContract } from './client-sessions.ts';
import { deskContract } from './desk.ts';
import { desksContract } from './desks.ts';
import { filtersContract } from './filters.ts';
import { keepingContract } from './keeping.ts';
import { outboxContract } from './outbox.ts';
import { peopleContract } from './people.ts';
import { rightsContract } from './rights.ts';
import { searchContract } from './search.ts';
import { webhooksContract } from './webhooks.ts';

/** Where one test's store lies. */
export interface StorePlace extends Disposable {
  /** Opens the store of this place, as another process would. */
  open(): Store;
}

/** Places for stores, each gone when its test is. */
export interface StorePlaces {
  openPlace(): StorePlace;
  openStore(): Store;
}

/** What every store promises. */
export function storeContract(name: string, makePlace: () => StorePlace): void {
  const openPlace = () => {
    const place = makePlace();
    onTestFinished(() => place[Symbol.dispose]());
    return place;
  };
  const places = { openPlace, openStore: () => openPlace().open() };

  describe(`the store ${name}`, () => {
    keepingContract(places);
    deskContract(places);
    peopleContract(places);
    cardsContract(places);
    accessContract(places);
    auditContract(places);
    clientSessionsContract(places);
    rightsContract(places);
    filtersContract(places);
    searchContract(places);
    webhooksContract(places);
    outboxContract(places);
    backendContract(places);
    desksContract(places);
  });
}
