interface BarProps {
  readonly label: string;
  readonly value: number;
  readonly most: number;
}

/** How much of something is done, or left. */
export function Bar({ label, value, most }: BarProps) {
  return <progress class="bar" aria-label={label} value={value} max={most} />;
}
