/** What an API key may do. */
export const SCOPES = ['read', 'scan', 'encode', 'manage', 'admin'] as const;

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
