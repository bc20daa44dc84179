import { tornWhileItGets } from './torn-card.ts';

for (const work of ['the first record', 'another record', 'nothing: it is erased'] as const)
  tornWhileItGets(work);
