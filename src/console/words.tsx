import { type ComponentChildren, createContext } from 'preact';
import { useContext, useEffect, useMemo, useState } from 'preact/hooks';
import { chooseLanguage, type Language, type Words, wordsOf } from './i18n.ts';
import { keep, kept } from './kept.ts';

interface Chosen {
  readonly words: Words;
  readonly choose: (language: Language) => void;
}

const WordsContext = createContext<Chosen | null>(null);

/** Gives everything in it the words of the language that was chosen, here or in the browser. */
export function WordsProvider({ children }: { readonly children: ComponentChildren }) {
  const [language, setLanguage] = useState<Language>(() =>
    chooseLanguage(navigator.languages, kept('language')),
  );
  const chosen = useMemo<Chosen>(
    () => ({
      words: wordsOf(language),
      choose: (next) => {
        keep('language', next);
        setLanguage(next);
      },
    }),
    [language],
  );
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  return <WordsContext.Provider value={chosen}>{children}</WordsContext.Provider>;
}

function useChosen(): Chosen {
  const chosen = useContext(WordsContext);
  if (chosen === null) throw new Error('there are no words outside of WordsProvider');
  return chosen;
}

/** The words of the language that the page is in. */
export function useWords(): Words {
  return useChosen().words;
}

/** Changes the language of the page. */
export function useChooseLanguage(): (language: Language) => void {
  return useChosen().choose;
}
