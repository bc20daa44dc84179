import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

/** `/` goes to the search, Esc stops. In a dialog neither does: what is open there has its own keys. */
export function useClerkKeys(search: RefObject<HTMLInputElement | null>, onStop: () => void): void {
  const stop = useRef(onStop);
  stop.current = onStop;
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return;
      if (event.key === '/' && !isTyping(event.target)) {
        event.preventDefault();
        search.current?.focus();
        search.current?.select();
      } else if (event.key === 'Escape') {
        stop.current();
      }
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [search]);
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    target.closest('input:not([type="radio"]), select, textarea, dialog') !== null
  );
}
