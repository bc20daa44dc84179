import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readConfig } from '../../../src/config.ts';
import { Desk } from '../../stories/desk.ts';

const HOSTS = ['encoderd.hotel.example', '10.0.0.5:8443', 'Upper.Example'];

let desk: Desk;
beforeAll(async () => {
  desk = await Desk.open({ config: { allowed_hosts: HOSTS } });
});
afterAll(() => desk[Symbol.asyncDispose]());

const statusFor = async (headers: Readonly<Record<string, string>>) =>
  (await desk.raw.request('GET', '/v1/hello', { headers })).status;

describe('behind a proxy', () => {
  test.each([...HOSTS, 'ENCODERD.hotel.example', 'upper.example'])('%s is ours', async (host) => {
    expect(await statusFor({ host })).toBe(200);
  });

  test.each([
    ...['encoderd.hotel.example:443', 'encoderd.hotel.example:PORT', '10.0.0.5', '10.0.0.5:PORT'],
    ...['hotel.example', 'x.encoderd.hotel.example', 'encoderd.hotel.example.', 'evil.example'],
  ])('%s is not ours', async (host) => {
    expect(await statusFor({ host: host.replace('PORT', String(desk.port)) })).toBe(421);
  });

  test('our own names stay ours', async () => {
    expect(await statusFor({ host: `127.0.0.1:${desk.port}` })).toBe(200);
  });

  test('a web page of an allowed host is no allowed origin', async () => {
    const headers = { host: 'encoderd.hotel.example', origin: 'https://encoderd.hotel.example' };
    expect(await statusFor(headers)).toBe(403);
  });
});

describe('allowed_hosts', () => {
  test('come from the environment, too', () => {
    const env = { ENCODERD_ALLOWED_HOSTS: 'a.example, B.example:8443' };
    expect(readConfig([], env).allowed_hosts).toEqual(['a.example', 'b.example:8443']);
    expect(readConfig([], {}).allowed_hosts).toEqual([]);
  });

  test.each([
    ...['https://a.example', 'a.example/path', 'a b', '', 'user@a.example', 'a.example:99999', '*'],
    'a.example?x',
  ])('%j is none', (host) => {
    const env = { ENCODERD_ALLOWED_HOSTS: host };
    if (host === '') expect(readConfig([], env).allowed_hosts).toEqual([]);
    else expect(() => readConfig([], env)).toThrow('allowed_hosts.0: Expected a host');
  });
});
