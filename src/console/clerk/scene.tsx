import type { Scene } from './attempt-words.ts';

/** A drawing of what to do with the card; the words beside it say the same. */
export function SceneDrawing({ scene }: { readonly scene: Scene }) {
  return (
    <svg class={`scene scene-${scene}`} viewBox="0 0 240 220" aria-hidden="true" focusable="false">
      <g class="scene-encoder">
        <path class="scene-cable" d="M120 196v22" />
        <rect x="30" y="140" width="180" height="56" rx="14" />
        <path class="scene-slot" d="M62 156h116" />
        <circle class="scene-light" cx="186" cy="178" r="5" />
      </g>
      <g class="scene-waves">
        <path d="M96 128a34 34 0 0 1 48 0" />
        <path d="M84 116a51 51 0 0 1 72 0" />
      </g>
      <g class="scene-card">
        <rect x="62" y="66" width="116" height="74" rx="10" />
        <path d="M62 88h116" />
        <path d="M76 122h34" />
      </g>
      <path class="scene-arrow" d="M120 14v36m-14-14 14 14 14-14" />
      <g class="scene-mark">
        <circle cx="178" cy="70" r="26" />
        <path class="scene-check" d="M166 70l9 9 16-18" />
        <path class="scene-cross" d="M168 60l20 20m0-20-20 20" />
      </g>
    </svg>
  );
}
