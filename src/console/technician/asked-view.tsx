import type { ComponentChildren } from 'preact';
import { Button } from '../components/button.tsx';
import { Empty } from '../components/empty.tsx';
import { wordsOfError } from '../error-words.ts';
import { useWords } from '../words.tsx';
import type { Asked } from './use-asked.ts';

interface AskedViewProps<Value> {
  readonly asked: Asked<Value>;
  readonly children: (value: Value) => ComponentChildren;
}

/** What the daemon answered; until then, or where it refused, words in its place. What is there stays while a later question fails. */
export function AskedView<Value>({ asked, children }: AskedViewProps<Value>) {
  const words = useWords();
  const { t } = words;
  if (asked.value !== null) return <>{children(asked.value)}</>;
  if (asked.error === null) return <Empty>{t('app.loading')}</Empty>;
  const isForAdmin = ['missing_scope', 'forbidden_for_client_session'].includes(asked.error.code);
  return (
    <Empty>
      <p role="alert">{isForAdmin ? t('technician.needsAdmin') : wordsOfError(asked.error, words)}</p>
      <Button onClick={asked.again}>{t('app.again')}</Button>
    </Empty>
  );
}
