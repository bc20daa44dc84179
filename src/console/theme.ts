import { keep, kept } from './kept.ts';

/** `auto`: as the computer is set. */
export const THEMES = ['auto', 'light', 'dark'] as const;

export type Theme = (typeof THEMES)[number];

export function keptTheme(): Theme {
  return THEMES.find((theme) => theme === kept('theme')) ?? 'auto';
}

/** Puts a theme on the page, and keeps it. */
export function applyTheme(theme: Theme): void {
  if (theme === 'auto') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
  keep('theme', theme === 'auto' ? null : theme);
}
