import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';

/** Signatures as WebCrypto makes them: r and s of 32 bytes each. */
const P1363 = 'ieee-p1363';

/** What comes before the point of every P-256 key that is written out in full: SPKI, DER (RFC 5480, section 2). */
const P256_HEAD = Buffer.from('3059301306072a8648ce3d020106082a8648ce3d03010703420004', 'hex');

/** Head and point, bytes. */
const P256_LENGTH = P256_HEAD.length + 64;

/** Whether the bytes are a public key that a page may come with: P-256 as SPKI in DER, the point in full and on the curve. */
export function isPageKey(bytes: Uint8Array): boolean {
  if (bytes.length !== P256_LENGTH || !P256_HEAD.equals(bytes.subarray(0, P256_HEAD.length))) return false;
  try {
    publicKey(bytes);
    return true;
  } catch {
    return false;
  }
}

/** A P-256 key pair of the desk: SPKI and PKCS8, both in DER. */
export interface DeskKeys {
  readonly publicKey: Uint8Array;
  readonly privateKey: Uint8Array;
}

/** Draws a key pair for one session: one key for all would let sites tell that two of them see the same computer. */
export function drawDeskKeys(): DeskKeys {
  return generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'der' },
  });
}

/** Signs the text with a private key in PKCS8: ECDSA with SHA-256, 64 bytes as base64url. */
export function signWith(privateKey: Uint8Array, text: string): string {
  const key = createPrivateKey({ key: Buffer.from(privateKey), format: 'der', type: 'pkcs8' });
  return sign('sha256', Buffer.from(text), { key, dsaEncoding: P1363 }).toString('base64url');
}

/** Whether the signature, 64 bytes as base64url, is one of the text by the private half of this key in SPKI. */
export function isSignedBy(spki: Uint8Array, text: string, signature: string): boolean {
  const bytes = Buffer.from(signature, 'base64url');
  return verify('sha256', Buffer.from(text), { key: publicKey(spki), dsaEncoding: P1363 }, bytes);
}

const publicKey = (spki: Uint8Array) =>
  createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
