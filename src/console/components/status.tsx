/** How something stands: good, at work, to be looked at, broken, or nothing of these. */
export type Tone = 'good' | 'busy' | 'warn' | 'bad' | 'neutral';

/** A mark and its words. */
export function Status({ tone, text }: { readonly tone: Tone; readonly text: string }) {
  return (
    <span class={`status status-${tone}`} title={text}>
      <span class="status-mark" aria-hidden="true" />
      {text}
    </span>
  );
}
