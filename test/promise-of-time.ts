/** For a test of how long something takes at most: a machine with other things to do keeps no such promise, so one of three tries must. */
export const PROMISE_OF_TIME = { retry: 2 };
