import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createLog } from '../../../src/log.ts';
import { isElsewhere, WayOut } from '../../../src/service/way-out.ts';

const log = createLog('silent');

function wishIn(folder = mkdtempSync(join(tmpdir(), 'encoderd-wish-'))): string {
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'way-out');
}

describe('the way out', () => {
  test.each([
    ['https://encoderd.hotel.example', true],
    ['http://10.0.0.5:3376', true],
    ['http://[fe80::1]/', true],
    ['http://127.0.0.1:3376', false],
    ['http://127.8.8.8', false],
    ['https://localhost', false],
    ['http://[::1]:80', false],
    ['no address', false],
  ])('%s lies elsewhere: %s', (address, is) => {
    expect(isElsewhere(address)).toBe(is);
  });

  test('is wanted for as long as there is somebody elsewhere', () => {
    const wish = wishIn();
    const addresses: string[] = [];
    const out = new WayOut(wish, () => addresses, log);
    out.look();
    expect(existsSync(wish)).toBe(false);
    addresses.push('http://127.0.0.1:1', 'https://encoderd.hotel.example');
    out.look();
    expect(existsSync(wish)).toBe(true);
    addresses.length = 1;
    out.look();
    expect(existsSync(wish)).toBe(false);
  });

  test('that the daemon wanted before it was started again is not wanted for ever', () => {
    const wish = wishIn();
    writeFileSync(wish, '');
    new WayOut(wish, () => [], log).look();
    expect(existsSync(wish)).toBe(false);
  });

  test('is nothing to a daemon that nobody keeps in: nothing is asked', async () => {
    const out = new WayOut(undefined, () => expect.unreachable(), log);
    out.look();
    await out.open('https://encoderd.hotel.example');
  });

  test('that cannot be asked for keeps nobody from anything', () => {
    const out = new WayOut('/nowhere/way-out', () => ['https://encoderd.hotel.example'], log);
    out.look();
    out.look();
  });

  test('is opened for an address that nobody knew before, and closed when nothing came of it', async () => {
    const wish = wishIn();
    const out = new WayOut(wish, () => [], log);
    // Nothing listens there, which is an answer.
    await out.open('http://0.0.0.0:9');
    expect(existsSync(wish)).toBe(true);
    out.look();
    expect(existsSync(wish)).toBe(false);
  });

  test('that stays closed is waited for no longer than some seconds', async () => {
    const wish = wishIn();
    // A name that cannot be looked up now, as where the resolver lies elsewhere (RFC 6761: it never exists).
    const began = performance.now();
    await new WayOut(wish, () => [], log).open('https://encoderd.invalid');
    expect(performance.now() - began).toBeLessThan(10_000);
    expect(existsSync(wish)).toBe(true);
  });
});
