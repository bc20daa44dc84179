import type { ComponentChildren } from 'preact';

/** How much a button asks for the eye: one primary at most on a page. */
type ButtonKind = 'primary' | 'secondary' | 'quiet' | 'danger';

interface ButtonProps {
  readonly kind?: ButtonKind;
  readonly size?: 'small' | 'normal' | 'large';
  readonly type?: 'button' | 'submit';
  readonly isDisabled?: boolean;
  /** Whether it has the focus when it appears. */
  readonly takesFocus?: boolean;
  /** What a screen reader says where the words on it are not enough. */
  readonly label?: string;
  readonly onClick?: () => void;
  readonly children: ComponentChildren;
}

/** Something that happens when it is pressed. */
export function Button(props: ButtonProps) {
  const { kind = 'secondary', size = 'normal', type = 'button', isDisabled = false } = props;
  return (
    <button
      type={type}
      class={`button button-${kind}${size === 'normal' ? '' : ` button-${size}`}`}
      disabled={isDisabled}
      aria-label={props.label}
      ref={props.takesFocus === true ? focusOnce : null}
      onClick={props.onClick}
    >
      {props.children}
    </button>
  );
}

const focusOnce = (element: HTMLElement | null) => element?.focus();
