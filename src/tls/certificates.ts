import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import {
  bitString,
  integer,
  objectIdentifier,
  octetString,
  sequence,
  set,
  TRUE,
  tagged,
  taggedBytes,
  time,
  utf8String,
} from './der.ts';

const DAY_MS = 86_400_000;

/** How long a certificate is good; some programs take none that is good for more than 398 days. */
const GOOD_FOR_DAYS = 396;

/** The clocks of desks are wrong by some minutes. */
const GOOD_BEFORE_MS = 3_600_000;

/** What a browser needs to reach this computer over TLS, PEM. */
export interface MadeCertificates {
  /** That of the authority, which systems and browsers have to trust. Its private key is gone. */
  readonly ca: string;
  readonly certificate: string;
  /** The private key of the certificate. */
  readonly key: string;
}

/**
 * Makes a certificate for localhost, 127.0.0.1 and ::1, and an authority for it alone. The authority may vouch for these names and
 * nothing else (RFC 5280, section 4.2.1.10), and its private key is never handed out: nobody can ever sign anything else with it, whoever
 * trusts it. P-256 and SHA-256. `now`: milliseconds since 1970. A `host` that is not localhost is written as well, and believed by nobody.
 */
export function makeCertificates(now: number, host = 'localhost'): MadeCertificates {
  const authority = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const desk = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const times = { notBefore: now - GOOD_BEFORE_MS, notAfter: now + GOOD_FOR_DAYS * DAY_MS };
  const caName = name(`encoderd localhost CA ${randomBytes(4).toString('hex')}`);
  const issued = { issuer: caName, signedWith: authority.privateKey, ...times };
  const ca = certificate({
    ...issued,
    subject: caName,
    publicKey: authority.publicKey,
    extensions: [
      extension(OID.basicConstraints, sequence(TRUE, integer(Buffer.from([0]))), CRITICAL),
      extension(OID.keyUsage, bitString(KEY_CERT_SIGN, 2), CRITICAL),
      extension(OID.extendedKeyUsage, sequence(objectIdentifier(OID.serverAuth))),
      extension(OID.nameConstraints, NAME_CONSTRAINTS, CRITICAL),
      extension(OID.subjectKeyIdentifier, octetString(keyIdentifier(authority.publicKey))),
    ],
  });
  const leaf = certificate({
    ...issued,
    subject: name(host),
    publicKey: desk.publicKey,
    extensions: [
      extension(OID.basicConstraints, sequence(), CRITICAL),
      extension(OID.keyUsage, bitString(DIGITAL_SIGNATURE, 7), CRITICAL),
      extension(OID.extendedKeyUsage, sequence(objectIdentifier(OID.serverAuth))),
      extension(OID.subjectAltName, altNames(host)),
      extension(OID.authorityKeyIdentifier, sequence(taggedBytes(0, keyIdentifier(authority.publicKey)))),
      extension(OID.subjectKeyIdentifier, octetString(keyIdentifier(desk.publicKey))),
    ],
  });
  const key = desk.privateKey.export({ type: 'pkcs8', format: 'pem' });
  return { ca: pem(ca), certificate: pem(leaf), key: `${key}` };
}

/** RFC 5280, sections 4.2 and A; RFC 5758, section 3.2. */
const OID = {
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  commonName: '2.5.4.3',
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  nameConstraints: '2.5.29.30',
  authorityKeyIdentifier: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
} as const;

const CRITICAL = true;

/** Bit 5, and bit 0, of the key usage, counted from the left. */
const KEY_CERT_SIGN = Buffer.from([0x04]);
const DIGITAL_SIGNATURE = Buffer.from([0x80]);

/** The kinds of a GeneralName (RFC 5280, section 4.2.1.6). */
const DNS_NAME = 2;
const IP_ADDRESS = 7;

const dnsName = (host: string): Buffer => taggedBytes(DNS_NAME, Buffer.from(host));

const IPV6_LOOPBACK = Buffer.concat([Buffer.alloc(15), Buffer.from([1])]);

const altNames = (host: string): Buffer =>
  sequence(
    dnsName(host),
    taggedBytes(IP_ADDRESS, Buffer.from([127, 0, 0, 1])),
    taggedBytes(IP_ADDRESS, IPV6_LOOPBACK),
  );

/** Only these: localhost, 127.0.0.0/8 and ::1; each address is followed by its mask. */
const NAME_CONSTRAINTS = sequence(
  tagged(
    0,
    sequence(dnsName('localhost')),
    sequence(taggedBytes(IP_ADDRESS, Buffer.from([127, 0, 0, 0, 255, 0, 0, 0]))),
    sequence(taggedBytes(IP_ADDRESS, Buffer.concat([IPV6_LOOPBACK, Buffer.alloc(16, 0xff)]))),
  ),
);

interface Contents {
  readonly issuer: Buffer;
  readonly subject: Buffer;
  readonly publicKey: KeyObject;
  readonly signedWith: KeyObject;
  readonly notBefore: number;
  readonly notAfter: number;
  readonly extensions: readonly Buffer[];
}

/** RFC 5280, section 4.1. */
function certificate(contents: Contents): Buffer {
  const { issuer, subject, publicKey, signedWith, notBefore, notAfter, extensions } = contents;
  const algorithm = sequence(objectIdentifier(OID.ecdsaWithSha256));
  const signed = sequence(
    tagged(0, integer(Buffer.from([2]))),
    integer(serialNumber()),
    algorithm,
    issuer,
    sequence(time(new Date(notBefore)), time(new Date(notAfter))),
    subject,
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(3, sequence(...extensions)),
  );
  return sequence(signed, algorithm, bitString(sign('sha256', signed, signedWith)));
}

/** 126 random bits, and a first byte that makes it a positive number of always the same length. */
function serialNumber(): Buffer {
  const bytes = randomBytes(16);
  bytes[0] = 0x40 | ((bytes[0] ?? 0) & 0x3f);
  return bytes;
}

function name(commonName: string): Buffer {
  return sequence(set(sequence(objectIdentifier(OID.commonName), utf8String(commonName))));
}

function extension(oid: string, value: Buffer, isCritical = false): Buffer {
  return sequence(objectIdentifier(oid), ...(isCritical ? [TRUE] : []), octetString(value));
}

/** The first 160 bits of SHA-256 over the point (RFC 7093, section 2, method 1), which are the last 65 bytes of a P-256 key's SPKI. */
function keyIdentifier(publicKey: KeyObject): Buffer {
  const point = publicKey.export({ type: 'spki', format: 'der' }).subarray(-65);
  return createHash('sha256').update(point).digest().subarray(0, 20);
}

function pem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
