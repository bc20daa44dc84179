import { describe, expect, test } from 'vitest';
import {
  briefDetails,
  filteredLines,
  stackOf,
  textOfLine,
  withNewLines,
} from '../../../../src/console/technician/log-lines.ts';
import type { LogLevel, LogLine } from '../../../../src/console/technician/wire.ts';

const line = (sequence: number, level: LogLevel = 'info', message = 'said'): LogLine => ({
  ...{ sequence, level, message, time: '2031-04-05T10:00:00.000Z', details: { driver: 'virtual' } },
});

const numbers = (lines: readonly LogLine[]) => lines.map(({ sequence }) => sequence);

describe('the lines of the log', () => {
  test('are those of a level and graver ones, with a text anywhere in them', () => {
    const lines = [line(1, 'debug'), line(2), line(3, 'warn', 'Encoder failed'), line(4, 'fatal')];
    expect(numbers(filteredLines(lines, { level: 'trace', text: '' }))).toEqual([1, 2, 3, 4]);
    expect(numbers(filteredLines(lines, { level: 'warn', text: '' }))).toEqual([3, 4]);
    expect(numbers(filteredLines(lines, { level: 'trace', text: ' encoder ' }))).toEqual([3]);
    expect(numbers(filteredLines(lines, { level: 'trace', text: 'DRIVER=virtual' }))).toHaveLength(4);
    expect(numbers(filteredLines(lines, { level: 'trace', text: 'nothing' }))).toEqual([]);
  });

  test('grow by what is new alone, and begin anew with a new daemon', () => {
    const known = [line(1), line(2)];
    expect(numbers(withNewLines(known, [line(2), line(3)], false))).toEqual([1, 2, 3]);
    expect(withNewLines(known, [line(2)], false)).toBe(known);
    expect(numbers(withNewLines(known, [line(1)], true))).toEqual([1]);
    const many = Array.from({ length: 2500 }, (_, at) => line(at + 1));
    expect(numbers(withNewLines([], many, false)).slice(0, 1)).toEqual([501]);
  });

  test('show an error by its message, and where it happened apart from that', () => {
    const err = { type: 'Error', message: 'torn', stack: 'Error: torn\n  at card' };
    const details = { attempt: 'x', err };
    expect(briefDetails(details)).toEqual({ attempt: 'x', err: 'torn' });
    expect(stackOf(details)).toBe(err.stack);
    expect(stackOf({})).toBeNull();
    expect(briefDetails({ err: 'plain' })).toEqual({ err: 'plain' });
    expect(textOfLine({ ...line(1, 'warn'), details })).toContain('WARN said attempt=x err={"type":"Error"');
  });
});
