import { useEffect } from 'preact/hooks';
import { useDesk } from '../desk.tsx';
import type { Subject } from './subject.ts';

/** Sees to it that what is missing of these comes into the picture. */
export function useWanted(subjects: readonly Subject[]): void {
  const { want } = useDesk();
  const guests = idsOf(subjects.flatMap(({ missing }) => missing.guests));
  const keys = idsOf(subjects.flatMap(({ missing }) => missing.keys));
  useEffect(() => want({ guests: guests.split(' '), keys: keys.split(' ') }), [guests, keys, want]);
}

/** A text, so that the same ids are the same thing. */
function idsOf(ids: readonly string[]): string {
  return [...new Set(ids)].join(' ');
}
