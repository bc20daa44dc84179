/** How it stands with pairing this desk with a property server. Times are milliseconds since 1970. */
export type PairingState =
  /** Nobody pairs it now. */
  | { readonly state: 'none' }
  /** Somebody must type the code at the property server. */
  | {
      readonly state: 'waiting';
      readonly endpoint: string;
      readonly code: string;
      readonly expiresAt: number;
      /** Cards were written here: this desk cannot become part of another access system. */
      readonly hasWrittenCards: boolean;
      /** Why the property server was not asked just now, for a technician; null: it was. */
      readonly problem: string | null;
    }
  | { readonly state: 'paired'; readonly endpoint: string; readonly deskName: string }
  /** It came to nothing; `message` says why and what to do. */
  | { readonly state: 'failed'; readonly endpoint: string; readonly message: string };

/** What the API may ask of the part that pairs this desk. */
export interface PairingControl {
  state(): PairingState;
  /**
   * Asks a property server to take this desk, under this name. Resolves once it has the request; the code is to be shown then. Rejects with a
   * SiteError: `backend_exists` where the desk has a backend already, `invalid_input`, `backend_unavailable` where the server cannot be asked.
   */
  pair(endpoint: string, deskName: string): Promise<PairingState>;
  /** Ends a pairing that waits, or makes the desk its own backend again. Throws SiteError `backend_exists` where the configuration names the backend, `not_paired`. */
  unpair(): void;
}
