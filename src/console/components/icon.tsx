/** Drawn here: nothing is loaded from elsewhere. 24 units wide, lines only. */
const SHAPES = {
  desk: 'M3 19h18M5 19a7 7 0 0 1 14 0M12 12V9M10 9h4M12 5v.01',
  encoder: 'M4 13h16v6H4zM7 16h.01M8 9a6 6 0 0 1 8 0M10 11.5a3 3 0 0 1 4 0',
  card: 'M3 6h18v12H3zM3 10h18M7 15h3',
  search: 'M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13M15.5 15.5 21 21',
  plus: 'M12 5v14M5 12h14',
  minus: 'M5 12h14',
  close: 'M6 6l12 12M18 6 6 18',
  check: 'M4 13l5 5L20 6',
  back: 'M15 5l-7 7 7 7',
  warning: 'M12 4 2.5 20h19zM12 10v4M12 17v.01',
  plug: 'M9 3v5M15 3v5M6 8h12v3a6 6 0 0 1-12 0zM12 17v4',
  link: 'M10 14a4 4 0 0 0 6 .5l3-3a4 4 0 0 0-6-6l-1.500 1.500M14 10a4 4 0 0 0-6-.5l-3 3a4 4 0 0 0 6 6l1.500-1.500',
  undo: 'M8 5 4 9l4 4M4 9h10a6 6 0 0 1 0 12h-3',
  person: 'M12 11a4 4 0 1 0 0-8 4 4 0 0 0 0 8M4 21a8 8 0 0 1 16 0',
  key: 'M8 20a4 4 0 1 0 0-8 4 4 0 0 0 0 8M11 13 20 4M16 8l3 3',
  clock: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18M12 7v5l3 2',
} as const;

export type IconName = keyof typeof SHAPES;

/** A small drawing beside words that say the same, so screen readers pass it by. */
export function Icon({ name, kind = '' }: { readonly name: IconName; readonly kind?: string }) {
  return (
    <svg class={`icon ${kind}`.trim()} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={SHAPES[name]} />
    </svg>
  );
}
