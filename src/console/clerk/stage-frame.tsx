import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { headlineOf } from '../i18n.ts';
import { useWords } from '../words.tsx';
import type { Scene } from './attempt-words.ts';
import { holderOf, type Place, type WorkState } from './job.ts';
import { SceneDrawing } from './scene.tsx';

interface StageFrameProps {
  readonly scene: Scene;
  readonly eyebrow: string;
  readonly sentence: string;
  readonly place: Place;
  readonly children?: ComponentChildren;
}

/** The drawing, for whom, the sentence, and below it whatever is to be pressed. */
export function StageFrame({ scene, eyebrow, sentence, place, children }: StageFrameProps) {
  const { t } = useWords();
  const { headline, rest } = headlineOf(sentence);
  const heading = useRef<HTMLHeadingElement>(null);
  useLayoutEffect(() => {
    // Whatever was pressed is gone from the page, and the focus with it.
    if (document.activeElement === document.body) heading.current?.focus();
  }, []);
  return (
    <section class={`panel stage stage-${scene}`} aria-labelledby="stage-sentence">
      <SceneDrawing scene={scene} />
      <div class="stage-words">
        <p class="stage-eyebrow">
          <span class="stage-whom">{eyebrow}</span>
          {place.total > 1 && (
            <span class="stage-counter">
              {t('stage.counter', { number: place.number, total: place.total })}
            </span>
          )}
        </p>
        <h2 class="stage-sentence" id="stage-sentence" ref={heading} tabIndex={-1}>
          {headline}
        </h2>
        <p class="stage-rest">{rest}</p>
        {children}
      </div>
      <p class="only-spoken" role="status" aria-live="assertive">
        {sentence}
      </p>
    </section>
  );
}

/** For whom, or what for. */
export function useEyebrow({ job }: Exclude<WorkState, { readonly step: 'idle' }>): string {
  const { t } = useWords();
  const name = holderOf(job)?.name ?? '';
  if (job.kind === 'scan') return t('stage.forScan');
  return t(job.kind === 'assign' ? 'stage.forAssign' : 'stage.forKey', { name });
}
