import type { CreateDriver } from '../../src/encoder/contract.ts';
import { PcscDriver } from './driver.ts';

export const createDriver: CreateDriver = (context) => new PcscDriver(context);
