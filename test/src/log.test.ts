import { describe, expect, test } from 'vitest';
import { createLog, RecentLines } from '../../src/log.ts';

const messages = (lines: readonly { readonly line: string }[]) =>
  lines.map(({ line }) => JSON.parse(line).msg);

describe('the last lines of the log', () => {
  test('are those that went out, numbered from 1', () => {
    const out: string[] = [];
    const recent = new RecentLines();
    expect(recent.after(0, 10)).toEqual([]);
    const log = createLog('info', { write: (line) => out.push(line) }, recent);
    log.info({ driver: 'virtual' }, 'one');
    log.debug('too small');
    log.child({ part: 'api' }).warn('two');
    expect(recent.after(0, 10).map(({ line }) => line)).toEqual(out);
    expect(recent.after(0, 10).map(({ sequence }) => sequence)).toEqual([1, 2]);
    expect(messages(recent.after(1, 10))).toEqual(['two']);
    expect(messages(recent.after(0, 1))).toEqual(['two']);
    expect(recent.after(2, 10)).toEqual([]);
    expect(recent.after(99, 10)).toEqual([]);
    expect(recent.last).toBe(2);
  });

  test('are a thousand, the newest', () => {
    const recent = new RecentLines();
    for (let number = 1; number <= 2345; number++) recent.add(`${number}`);
    const lines = recent.after(0, 5000);
    expect(lines).toHaveLength(1000);
    expect(lines[0]).toEqual({ sequence: 1346, line: '1346' });
    expect(lines.at(-1)).toEqual({ sequence: 2345, line: '2345' });
    expect(recent.after(2343, 5000).map(({ line }) => line)).toEqual(['2344', '2345']);
  });
});
