import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { Button } from '../components/button.tsx';
import { Empty } from '../components/empty.tsx';
import { Field } from '../components/field.tsx';
import { useToast } from '../components/toast.tsx';
import { useDesk } from '../desk.tsx';
import { listOf } from '../wire.ts';
import { useWords } from '../words.tsx';
import { AskedView } from './asked-view.tsx';
import {
  briefDetails,
  filteredLines,
  stackOf,
  textOfDetails,
  textOfLine,
  withNewLines,
} from './log-lines.ts';
import { clockTime } from './times.ts';
import { useAsked } from './use-asked.ts';
import { isLogLine, LOG_LEVELS, type LogLevel, type LogLine } from './wire.ts';

const EVERY_MS = 1000;

/** The daemon's log, as it grows. */
export function LogTab() {
  const { t, count } = useWords();
  const show = useToast();
  const asked = useLog();
  const [level, setLevel] = useState<LogLevel>('info');
  const [text, setText] = useState('');
  /** The lines as they stood when somebody wanted to read them in peace; null: they move on. */
  const [paused, setPaused] = useState<readonly LogLine[] | null>(null);
  const lines = paused ?? asked.value ?? [];
  const shown = useMemo(() => filteredLines(lines, { level, text }), [lines, level, text]);
  const lastShown = paused?.at(-1)?.sequence ?? 0;
  const newer = (asked.value ?? []).filter(({ sequence }) => sequence > lastShown).length;
  const copy = () => {
    navigator.clipboard.writeText(`${shown.map(textOfLine).join('\n')}\n`).then(
      () => show({ text: count('technician.log.copied', shown.length) }),
      () => show({ text: t('technician.log.notCopied'), isBad: true }),
    );
  };
  return (
    <AskedView asked={asked}>
      {() => (
        <div class="log">
          <div class="log-tools">
            <div class="field">
              <label class="field-label" for="log-level">
                {t('technician.log.level')}
              </label>
              <select
                id="log-level"
                class="field-input"
                value={level}
                onChange={({ currentTarget: { value } }) =>
                  setLevel(LOG_LEVELS.find((one) => one === value) ?? 'info')
                }
              >
                {LOG_LEVELS.map((one) => (
                  <option key={one} value={one}>
                    {t(`technician.log.from.${one}`)}
                  </option>
                ))}
              </select>
            </div>
            <Field label={t('technician.filter')} type="search" value={text} onInput={setText} />
            <Button onClick={() => setPaused(paused === null ? (asked.value ?? []) : null)}>
              {t(paused === null ? 'technician.log.pause' : 'technician.log.resume')}
            </Button>
            <Button isDisabled={shown.length === 0} onClick={copy}>
              {t('technician.log.copy')}
            </Button>
          </div>
          <LogLines lines={shown} isMoving={paused === null} />
          <p class="quiet">
            {count('technician.log.shown', shown.length)}
            {paused !== null && ` · ${count('technician.log.newer', newer)}`}
          </p>
        </div>
      )}
    </AskedView>
  );
}

/** The log as far as this page has seen it. */
function useLog() {
  const { desk } = useDesk();
  const known = useRef<readonly LogLine[]>([]);
  const ask = useCallback(async () => {
    const after = known.current.at(-1)?.sequence ?? 0;
    const answer = await desk.request('/v1/log/list', { after });
    const isNewDaemon = Number(answer['last_sequence']) < after;
    known.current = withNewLines(known.current, listOf(answer, 'log_lines', isLogLine), isNewDaemon);
    return known.current;
  }, [desk]);
  return useAsked(ask, EVERY_MS);
}

function LogLines({ lines, isMoving }: { readonly lines: readonly LogLine[]; readonly isMoving: boolean }) {
  const words = useWords();
  const { t } = words;
  const { picture } = useDesk();
  const box = useRef<HTMLElement>(null);
  const isAtEnd = useRef(true);
  useEffect(() => {
    const element = box.current;
    if (element !== null && isMoving && isAtEnd.current) element.scrollTop = element.scrollHeight;
  }, [lines, isMoving]);
  return (
    <section
      ref={box}
      class="log-lines"
      aria-label={t('technician.log.title')}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached without a mouse (WCAG 2.1.1).
      tabIndex={0}
      onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
        isAtEnd.current = scrollTop + clientHeight >= scrollHeight - 8;
      }}
    >
      {lines.length === 0 && <Empty>{t('technician.log.none')}</Empty>}
      <ol>
        {lines.map((line) => (
          <li key={line.sequence} class={`log-line log-${line.level}`}>
            <span class="log-time">{clockTime(line.time, words, picture.site?.timeZone)}</span>
            <span class="log-level">{line.level}</span>
            <span class="log-text">
              {line.message} <span class="quiet">{textOfDetails(briefDetails(line.details))}</span>
              {stackOf(line.details) !== null && (
                <details class="log-stack">
                  <summary>{t('technician.log.stack')}</summary>
                  <pre>{stackOf(line.details)}</pre>
                </details>
              )}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
