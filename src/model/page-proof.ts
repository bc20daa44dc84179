/**
 * What a paired web page and the desk sign when they meet, so that each knows the other: over a nonce of each, so that
 * nothing can be replayed; over the page's origin; and over the address at which the page asked, so that a program on
 * another port, which passes on what it hears, proves nothing.
 */
export interface ProofTerms {
  /** Whose signature it is: what one side signed is never good for the other. */
  readonly signer: 'desk' | 'page';
  readonly clientSessionId: string;
  /** 32 random bytes each, base64url (RFC 4648, section 5) without padding. */
  readonly pageNonce: string;
  readonly deskNonce: string;
  /** As the browser sends it: `https://pms.example.com`. */
  readonly origin: string;
  /** Host and port as the page addressed the daemon: `127.0.0.1:3375`. */
  readonly address: string;
}

/** The text to be signed with ECDSA over P-256 and SHA-256 (FIPS 186-5), as UTF-8. */
export function proofText(terms: ProofTerms): string {
  const { signer, clientSessionId, pageNonce, deskNonce, origin, address } = terms;
  return ['encoderd live 1', signer, clientSessionId, pageNonce, deskNonce, origin, address].join('\n');
}

/** A nonce as both sides draw it: 32 bytes, base64url without padding. */
export const NONCE = /^[A-Za-z0-9_-]{43}$/;

/** A signature, r and s of 32 bytes each (IEEE P1363), base64url without padding. */
export const SIGNATURE = /^[A-Za-z0-9_-]{86}$/;
