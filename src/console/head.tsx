import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { Icon } from './components/icon.tsx';
import { LANGUAGES, type Language } from './i18n.ts';
import { hrefOf, type Route } from './routes.ts';
import { applyTheme, keptTheme, THEMES } from './theme.ts';
import { useChooseLanguage, useWords } from './words.tsx';

interface HeadProps {
  /** The site's name; null: not known yet. */
  readonly name: string | null;
  /** Null: there is nowhere to go before the page is connected. */
  readonly route: Route | null;
  /** How it stands with the daemon. */
  readonly children?: ComponentChildren;
}

/** The line on top of every page. */
export function Head({ name, route, children }: HeadProps) {
  const { t } = useWords();
  return (
    <header class="head">
      <div class="head-name">
        <Icon name="desk" />
        <span>{name ?? t('app.title')}</span>
      </div>
      {route !== null && (
        <nav class="head-nav" aria-label={t('nav.label')}>
          <a href={hrefOf({ page: 'clerk' })} aria-current={route.page === 'clerk' ? 'page' : undefined}>
            {t('nav.clerk')}
          </a>
          <a
            href={hrefOf({ page: 'technician', path: [] })}
            aria-current={route.page === 'technician' ? 'page' : undefined}
          >
            {t('nav.technician')}
          </a>
        </nav>
      )}
      <div class="head-end">
        {children}
        <LanguageChoice />
        <ThemeChoice />
      </div>
    </header>
  );
}

function LanguageChoice() {
  const { t, language } = useWords();
  const choose = useChooseLanguage();
  const all = Object.entries(LANGUAGES).map(([tag, name]) => ({ tag, name }));
  return (
    <select
      class="head-select"
      aria-label={t('language.label')}
      value={language}
      onChange={({ currentTarget: { value } }) => {
        if (isLanguage(value)) choose(value);
      }}
    >
      {all.map(({ tag, name }) => (
        <option key={tag} value={tag} lang={tag}>
          {name}
        </option>
      ))}
    </select>
  );
}

function isLanguage(tag: string): tag is Language {
  return Object.hasOwn(LANGUAGES, tag);
}

function ThemeChoice() {
  const { t } = useWords();
  const [theme, setTheme] = useState(keptTheme);
  return (
    <select
      class="head-select"
      aria-label={t('theme.label')}
      value={theme}
      onChange={({ currentTarget: { value } }) => {
        const chosen = THEMES.find((one) => one === value) ?? 'auto';
        applyTheme(chosen);
        setTheme(chosen);
      }}
    >
      {THEMES.map((one) => (
        <option key={one} value={one}>
          {t(`theme.${one}`)}
        </option>
      ))}
    </select>
  );
}
