/** What a person chose on this computer and wants again tomorrow. Never anything secret. */
export type KeptName = 'language' | 'theme' | 'encoder' | `technician.${string}`;

const PREFIX = 'encoderd.';

/** Null: nothing was kept, or the browser keeps nothing. */
export function kept(name: KeptName): string | null {
  try {
    return localStorage.getItem(`${PREFIX}${name}`);
  } catch {
    return null;
  }
}

/** Null: forget it. A browser that keeps nothing is no reason to stop. */
export function keep(name: KeptName, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(`${PREFIX}${name}`);
    else localStorage.setItem(`${PREFIX}${name}`, value);
  } catch {
    // The choice holds until the page is closed.
  }
}
