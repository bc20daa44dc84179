const CURVE = { name: 'ECDSA', namedCurve: 'P-256' };
const SIGNING = { ...CURVE, hash: 'SHA-256' };

/** A key pair of a page; its private half never leaves the browser. The public one: SPKI, base64url. */
export async function makeKeyPair(): Promise<{ readonly key: CryptoKey; readonly publicKey: string }> {
  const { privateKey, publicKey } = await crypto.subtle.generateKey(CURVE, false, ['sign', 'verify']);
  return { key: privateKey, publicKey: toBase64url(await crypto.subtle.exportKey('spki', publicKey)) };
}

/** The signature of a text (IEEE P1363), base64url. */
export const sign = async (privateKey: CryptoKey, text: string): Promise<string> =>
  toBase64url(await crypto.subtle.sign(SIGNING, privateKey, bytesOf(text)));

/** Whether a signature is that of this public key. Rejects for what is no key, or no base64url. */
export async function verify(publicKey: string, signature: string, text: string): Promise<boolean> {
  const key = await crypto.subtle.importKey('spki', fromBase64url(publicKey), CURVE, false, ['verify']);
  return crypto.subtle.verify(SIGNING, key, fromBase64url(signature), bytesOf(text));
}

/** 32 random bytes, base64url. */
export const makeNonce = (): string => toBase64url(crypto.getRandomValues(new Uint8Array(32)));

const bytesOf = (text: string) => new TextEncoder().encode(text);

const URL_LETTERS: Readonly<Record<string, string>> = { '+': '-', '/': '_' };

/** Without padding (RFC 4648, section 5). */
const toBase64url = (bytes: ArrayBuffer | Uint8Array<ArrayBuffer>): string =>
  btoa(String.fromCharCode(...new Uint8Array(bytes))).replace(/\W/g, (letter) => URL_LETTERS[letter] ?? '');

const fromBase64url = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0));
