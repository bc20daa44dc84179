import type { CreateDriver } from '../../src/encoder/contract.ts';

export const createDriver: CreateDriver = () => {
  throw new Error('not yet');
};
