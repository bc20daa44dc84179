import type { DriverLog } from '../../../src/encoder/contract.ts';

const nothing = () => {};

/** For a driver of which nothing is asked but what it does. */
export const quietLog: DriverLog = { debug: nothing, info: nothing, warn: nothing, error: nothing };
