import { setTimeout as pause } from 'node:timers/promises';
import { afterAll } from 'vitest';

/**
 * Runs around every test file: fails it when its tests leave something open that would keep a process alive,
 * such as a timer, a socket, a server, a child process or a worker.
 * `npm test -- --detectAsyncLeaks <file>` shows the line that opened it.
 */

/** Closing may take 500 looks, 10 ms apart: a child that was just killed, a connection of fetch's, which lets go of one after 4 s. */
const LOOKS = 500;
const BETWEEN_LOOKS_MS = 10;

/** These end by themselves. */
const NOT_COUNTED = new Set(['Immediate', 'CloseReq', 'FSReqCallback', 'FSReqPromise', 'GetAddrInfoReqWrap']);

/** The test runner's own. Not its timers: between two files of one process it has one for a moment, and a test's would hide behind it. */
const before = process.getActiveResourcesInfo().filter((resource) => resource !== 'Timeout');

// Hooks run in reverse order: this one, registered before the file is read, comes after all of the file's own.
afterAll(async () => {
  for (let look = 0; look < LOOKS && leftovers().length > 0; look += 1) await pause(BETWEEN_LOOKS_MS);
  const left = leftovers();
  if (left.length > 0)
    throw new Error(
      `the tests of this file, or of one before it in the same process, left open: ${left.join(', ')}`,
    );
});

function leftovers(): string[] {
  const known = [...before];
  return process.getActiveResourcesInfo().filter((resource) => {
    if (NOT_COUNTED.has(resource)) return false;
    const index = known.indexOf(resource);
    if (index >= 0) known.splice(index, 1);
    return index < 0;
  });
}
