import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';

interface PanelProps {
  readonly title: string;
  readonly kind?: string;
  /** What stands at the end of the title's line. */
  readonly actions?: ComponentChildren;
  readonly children: ComponentChildren;
}

/** A part of a page with a heading of its own. */
export function Panel({ title, kind = '', actions, children }: PanelProps) {
  const id = useId();
  return (
    <section class={`panel ${kind}`.trim()} aria-labelledby={id}>
      <div class="panel-head">
        <h2 class="panel-title" id={id}>
          {title}
        </h2>
        {actions}
      </div>
      {children}
    </section>
  );
}
