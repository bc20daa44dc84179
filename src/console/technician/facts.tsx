import type { ComponentChildren } from 'preact';

/** A name and what there is to say of it. */
export type Fact = readonly [name: string, value: ComponentChildren];

/** Names and values, side by side. */
export function Facts({ facts }: { readonly facts: readonly Fact[] }) {
  return (
    <dl class="tech-facts">
      {facts.map(([name, value]) => (
        <div key={name} class="tech-fact">
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
