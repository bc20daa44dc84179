import {
  chmodSync,
  chownSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { KEY_PURPOSES, type SiteKeyVersion } from '../../src/card/site-keys.ts';
import {
  fingerprintOf,
  firstKeys,
  formatKeyFile,
  parseKeyFile,
  rotateKeys,
  type StoredKeys,
} from '../../src/site-keys/key-file.ts';
import { createPrivateFile, readPrivateFile, replacePrivateFile } from '../../src/site-keys/private-file.ts';
import { isSealed, openSealedKeyFile, sealKeyFile } from '../../src/site-keys/sealed-file.ts';
import { openSiteKeys } from '../../src/site-keys.ts';

const NOW = Date.UTC(2026, 5, 1, 13);
const isRoot = process.geteuid?.() === 0;
const SOMEBODY_ELSE = 54_321;

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'encoderd-site-keys-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A state folder with keys in it. */
function withKeys(keys: StoredKeys = firstKeys(NOW)) {
  const folder = newFolder();
  const path = join(folder, 'site-keys.json');
  createPrivateFile(path, formatKeyFile(keys));
  return { folder, path, keys };
}

const versionsOf = (keys: readonly SiteKeyVersion[]) => keys.map(({ version }) => version);

/** The digits of every key. */
const digitsOf = (keys: StoredKeys): readonly string[] =>
  keys.flatMap((stored) => KEY_PURPOSES.map((purpose) => Buffer.from(stored.keys[purpose]).toString('hex')));

describe('the keys of a site', () => {
  test('are not made anew when cards were written with those that are gone, until they are imported', () => {
    const folder = newFolder();
    const before = openSiteKeys(folder, {});
    const kept = readFileSync(before.path);
    rmSync(before.path);
    const ring = openSiteKeys(folder, {}, true);
    expect(ring).toMatchObject({ areNew: false, areMissing: true });
    expect(existsSync(ring.path)).toBe(false);
    expect(() => ring.current()).toThrow(expect.objectContaining({ code: 'missing' }));
    writeFileSync(ring.path, kept, { mode: 0o600 });
    expect(ring.current()).toEqual(before.current());
  });

  test('are made when they are first opened: version 1, another key for each purpose, in a file for its owner alone', () => {
    const folder = join(newFolder(), 'state');
    const before = process.umask(0);
    onTestFinished(() => {
      process.umask(before);
    });
    const ring = openSiteKeys(folder, {});
    const [first, ...more] = ring.current();
    expect(more).toEqual([]);
    expect(first?.version).toBe(1);
    expect(Object.keys(first?.keys ?? {}).toSorted()).toEqual(KEY_PURPOSES.toSorted());
    expect(Object.values(first?.keys ?? {}).map(({ length }) => length)).toEqual(KEY_PURPOSES.map(() => 16));
    expect(new Set(digitsOf(parseKeyFile(readFileSync(ring.path, 'utf8'), 'it'))).size).toBe(
      KEY_PURPOSES.length,
    );
    expect(readdirSync(folder)).toEqual(['site-keys.json']);
    expect(statSync(ring.path).mode & 0o777).toBe(0o600);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
  });

  test('are the same when they are opened again, and others elsewhere', () => {
    const folder = newFolder();
    const keys = openSiteKeys(folder, {}).current();
    expect(openSiteKeys(folder, {}).current()).toEqual(keys);
    expect(openSiteKeys(newFolder(), {}).current()).not.toEqual(keys);
  });

  test('are read once, and anew as soon as they are rotated', () => {
    const { folder, path, keys } = withKeys();
    const ring = openSiteKeys(folder, {});
    expect(ring.current()).toBe(ring.current());
    replacePrivateFile(path, formatKeyFile(rotateKeys(keys, NOW).keys));
    expect(versionsOf(ring.current())).toEqual([2, 1]);
    expect(ring.current()[1]?.keys).toEqual(keys[0]?.keys);
    expect(readdirSync(folder)).toEqual(['site-keys.json']);
  });

  test('are not made anew when their file goes while they are in use', () => {
    const { folder, path } = withKeys();
    const ring = openSiteKeys(folder, {});
    rmSync(path);
    expect(() => ring.current()).toThrow(expect.objectContaining({ code: 'missing' }));
    expect(readdirSync(folder)).toEqual([]);
  });

  test.each(['640', '604', '620', '610'])(
    'are refused in a file of mode %s, at the start and later',
    (mode) => {
      const { folder, path } = withKeys();
      const ring = openSiteKeys(folder, {});
      chmodSync(path, Number.parseInt(mode, 8));
      const refusal = expect.objectContaining({
        code: 'too_open',
        message: expect.stringContaining(`chmod 600 ${path}`),
      });
      expect(() => openSiteKeys(folder, {})).toThrow(refusal);
      expect(() => ring.current()).toThrow(refusal);
      chmodSync(path, 0o600);
      expect(versionsOf(ring.current())).toEqual([1]);
    },
  );

  test('are read whatever the mode where files have none: on Windows', () => {
    const { path } = withKeys();
    chmodSync(path, 0o666);
    expect(() => readPrivateFile(path, 'linux')).toThrow(expect.objectContaining({ code: 'too_open' }));
    expect(() => readPrivateFile(path, 'darwin')).toThrow(expect.objectContaining({ code: 'too_open' }));
    expect(readPrivateFile(path, 'win32').text).toBe(readFileSync(path, 'utf8'));
  });

  test.runIf(isRoot)('are refused in a file of somebody else', () => {
    const { folder, path } = withKeys();
    chownSync(path, SOMEBODY_ELSE, SOMEBODY_ELSE);
    expect(() => openSiteKeys(folder, {})).toThrow(
      expect.objectContaining({
        code: 'wrong_owner',
        message: expect.stringContaining(`belongs to user ${SOMEBODY_ELSE}`),
      }),
    );
  });

  test.runIf(isRoot)('that root makes in the folder of a service belong to the service', () => {
    const folder = newFolder();
    chownSync(folder, SOMEBODY_ELSE, SOMEBODY_ELSE);
    const { path } = openSiteKeys(folder, {});
    expect(statSync(path)).toMatchObject({ uid: SOMEBODY_ELSE, gid: SOMEBODY_ELSE });
    expect(versionsOf(openSiteKeys(folder, {}).current())).toEqual([1]);
  });

  test('cannot be made where no folder can be', () => {
    const file = join(newFolder(), 'a-file');
    writeFileSync(file, '');
    expect(() => openSiteKeys(join(file, 'state'), {})).toThrow(
      expect.objectContaining({ code: 'unusable' }),
    );
  });

  test('that another process has just made are left as they are', () => {
    const { path, keys } = withKeys();
    expect(() => createPrivateFile(path, formatKeyFile(firstKeys(NOW)))).toThrow(
      expect.objectContaining({ code: 'exists' }),
    );
    expect(parseKeyFile(readFileSync(path, 'utf8'), path)).toEqual(keys);
  });
});

describe('keys from the service manager', () => {
  test('go before those of the state folder, whatever mode and owner they have, and make nothing there', () => {
    const [state, handed] = [join(newFolder(), 'state'), newFolder()];
    const path = join(handed, 'site-keys');
    const keys = firstKeys(NOW);
    writeFileSync(path, formatKeyFile(keys), { mode: 0o440 });
    const ring = openSiteKeys(state, { CREDENTIALS_DIRECTORY: handed });
    expect(ring).toMatchObject({ path, isReadOnly: true });
    expect(ring.current()).toEqual(keys);
    expect(statSync(state, { throwIfNoEntry: false })).toBeUndefined();
  });

  test('are not looked for where other credentials are', () => {
    const state = newFolder();
    const ring = openSiteKeys(state, { CREDENTIALS_DIRECTORY: newFolder() });
    expect(ring).toMatchObject({ path: join(state, 'site-keys.json'), isReadOnly: false });
  });
});

describe('the file of the keys', () => {
  test('says what is in it', () => {
    const { keys } = rotateKeys(firstKeys(NOW), NOW + 1000);
    expect(parseKeyFile(formatKeyFile(keys), 'it')).toEqual(keys);
  });

  const good = formatKeyFile(rotateKeys(firstKeys(NOW), NOW).keys);
  const [newer = '', older = ''] = [...good.matchAll(/"record": "([0-9A-F]{32})"/g)].map(([, key]) => key);

  test.each([
    ['empty', ''],
    ['cut short', good.slice(0, good.length / 2)],
    ['followed by something', `${good}{}`],
    ['of another format', good.replace('site keys 1', 'site keys 2')],
    ['without versions', '{"format":"encoderd site keys 1","versions":[]}'],
    ['with a key of 31 digits', good.replace(newer, newer.slice(1))],
    ['with a key that has no digits', good.replace(newer, newer.replace(/./, 'G'))],
    ['with a purpose missing', good.replace(/"record": "[0-9A-F]{32}",/, '')],
    ['with a purpose that nobody knows', good.replace('"record"', '"recrod"')],
    ['with a version twice', good.replace('"version": 2', '"version": 1')],
    ['with version 0', good.replace('"version": 1', '"version": 0')],
    ['with version 256', good.replace('"version": 2', '"version": 256')],
    ['with the oldest first', good.replace('"version": 1', '"version": 3')],
  ])('is refused when it is %s, without a word of what is in it', (_, text) => {
    const { folder, path } = withKeys();
    writeFileSync(path, text);
    const said = catching(() => openSiteKeys(folder, {}));
    expect(said).toMatchObject({ code: 'damaged' });
    const { message, cause } = said;
    expect(cause).toBeUndefined();
    expect(message).toContain(path);
    for (const digits of [newer, older]) expect(message).not.toContain(digits.slice(1, 9));
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  test('keeps three versions; the fourth from the top is dropped', () => {
    let keys = firstKeys(NOW);
    const drops: number[][] = [];
    for (let turn = 0; turn < 4; turn += 1) {
      const rotated = rotateKeys(keys, NOW);
      keys = rotated.keys;
      drops.push(versionsOf(rotated.dropped));
    }
    expect(versionsOf(keys)).toEqual([5, 4, 3]);
    expect(drops).toEqual([[], [], [1], [2]]);
  });

  test('ends with version 255, which is the last that a record can tell', () => {
    const last = firstKeys(NOW).map((stored) => ({ ...stored, version: 255 }));
    expect(() => rotateKeys(last, NOW)).toThrow(expect.objectContaining({ code: 'fixed' }));
  });

  test('has a fingerprint of 8 digits for each version, which every key changes', () => {
    const [stored] = firstKeys(NOW);
    if (stored === undefined) throw new Error('there are no keys');
    const all = KEY_PURPOSES.map((purpose) =>
      fingerprintOf({ ...stored, keys: { ...stored.keys, [purpose]: new Uint8Array(16) } }),
    );
    expect(new Set([fingerprintOf(stored), ...all]).size).toBe(KEY_PURPOSES.length + 1);
    expect(fingerprintOf(stored)).toMatch(/^[0-9A-F]{8}$/);
  });
});

describe('a sealed file', () => {
  test('opens with its passphrase, however its letters are composed, and with no other', async () => {
    const text = formatKeyFile(firstKeys(NOW));
    const sealed = await sealKeyFile(text, 'Schlu\u0308ssel f\u00fcr alle');
    expect(isSealed(sealed)).toBe(true);
    expect(Buffer.from(sealed).includes('record')).toBe(false);
    expect(await openSealedKeyFile(sealed, 'Schl\u00fcssel fu\u0308r alle', 'it')).toBe(text);
    await expect(openSealedKeyFile(sealed, 'Schlussel fur alle', 'it')).rejects.toMatchObject({
      code: 'wrong_passphrase',
    });
  });

  test('is known to be damaged, whichever of its bytes has changed, before the passphrase is tried', async () => {
    const sealed = await sealKeyFile('text', 'passphrase');
    for (let at = 0; at < sealed.length; at += 1) {
      const changed = sealed.with(at, (sealed[at] ?? 0) ^ 0x10);
      await expect(openSealedKeyFile(changed, 'passphrase', 'it')).rejects.toMatchObject({ code: 'damaged' });
      const short = sealed.subarray(0, at);
      await expect(openSealedKeyFile(short, 'passphrase', 'it')).rejects.toMatchObject({ code: 'damaged' });
    }
  });

  test('is as its page shows it', async () => {
    const page = readFileSync(join(import.meta.dirname, '../../docs/site-keys.md'), 'utf8');
    const digits = /```hex\n([\s\S]*?)```/.exec(page)?.[1]?.replaceAll(/\s/g, '') ?? '';
    const text = await openSealedKeyFile(Buffer.from(digits, 'hex'), 'correct horse battery', 'it');
    expect(text).toBe('the text of a key file\n');
    const header = digits.slice(0, 12);
    expect(
      Buffer.from(await sealKeyFile(text, 'x'))
        .toString('hex')
        .toUpperCase()
        .slice(0, 12),
    ).toBe(header);
  });
});

function catching(work: () => unknown): Error {
  try {
    work();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('nothing was refused');
}
