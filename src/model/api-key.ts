/** What an API key may do. `bridge`: what a desk asks of the site that it is paired with, and nothing else. */
export const SCOPES = ['read', 'scan', 'encode', 'manage', 'admin', 'bridge'] as const;

export type Scope = (typeof SCOPES)[number];

/** What a new key may do unless told otherwise. */
export const DEFAULT_SCOPES: readonly Scope[] = ['read', 'scan', 'encode', 'manage'];

/** An API key, without the key: only its hash is kept. Times are milliseconds since 1970. */
export interface ApiKey {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly createdAt: number;
  readonly revokedAt: number | null;
}
