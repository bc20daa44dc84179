import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { makeCertificates } from '../../../src/tls/certificates.ts';
import { readTlsFiles, TlsError, writeTlsFiles } from '../../../src/tls/tls-folder.ts';

test('a private key that others can read is refused where files have modes, and used on Windows, where they have none', () => {
  const stateDir = mkdtempSync(join(tmpdir(), 'encoderd-tls-'));
  onTestFinished(() => rmSync(stateDir, { recursive: true, force: true }));
  const files = { ...makeCertificates(Date.now()), port: 3376 };
  writeTlsFiles(stateDir, files);
  chmodSync(join(stateDir, 'tls', 'key.pem'), 0o666);
  for (const platform of ['linux', 'darwin'] as const)
    expect(() => readTlsFiles(stateDir, platform)).toThrow(TlsError);
  expect(readTlsFiles(stateDir, 'win32')).toEqual(files);
});
