import type { ComponentChildren } from 'preact';

/** What stands where there is nothing yet, and what to do. */
export function Empty({ children }: { readonly children: ComponentChildren }) {
  return <div class="empty">{children}</div>;
}
