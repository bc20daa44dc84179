import { expect, test } from 'vitest';
import { isClearText } from '../../../src/sync/clear-text.ts';
import { Desk } from '../../stories/desk.ts';

test.each([
  ...[
    'http://property.example',
    'http://10.0.0.5:3375',
    'http://localhost.evil.example',
    'http://127.0.0.1.nip.io',
  ],
  'http://[2001:db8::1]/',
])('what is sent to %s could be read on the way', (endpoint) => {
  expect(isClearText(endpoint)).toBe(true);
});

test.each([
  ...[
    'https://property.example',
    'http://127.0.0.1:3375',
    'http://localhost:1',
    'http://[::1]:8080',
    'http://127.8.9.1',
  ],
])('what is sent to %s could not', (endpoint) => {
  expect(isClearText(endpoint)).toBe(false);
});

test('a desk that sends its key in the clear says so at start', async () => {
  // No computer has this name (RFC 6761).
  const warned = async (endpoint: string) => {
    await using desk = await Desk.open({ config: { backend: { endpoint } } });
    return desk.lines.filter(({ msg }) => msg.includes('unencrypted')).map((line) => line['endpoint']);
  };
  expect(await warned('http://property.invalid')).toEqual(['http://property.invalid']);
  expect(await warned('https://property.invalid')).toEqual([]);
});
