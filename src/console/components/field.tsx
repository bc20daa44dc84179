import { h } from 'preact';
import { useId } from 'preact/hooks';

interface FieldProps {
  readonly label: string;
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly type?: 'text' | 'email' | 'tel' | 'date' | 'time' | 'number' | 'search' | 'url';
  readonly help?: string | undefined;
  /** What is wrong with it, in words; undefined: nothing. */
  readonly error?: string | undefined;
  readonly isRequired?: boolean;
  readonly takesFocus?: boolean;
  readonly autoComplete?: string;
  readonly min?: string;
  readonly max?: string;
  readonly step?: number;
}

/** A label, an input, and what is to be said of it. */
export function Field(props: FieldProps) {
  const id = useId();
  const { help, error } = props;
  const notes = [
    ...(error === undefined ? [] : [`${id}-error`]),
    ...(help === undefined ? [] : [`${id}-help`]),
  ];
  return (
    <div class="field">
      <label class="field-label" for={id}>
        {props.label}
      </label>
      {h('input', {
        id,
        class: 'field-input',
        type: props.type ?? 'text',
        value: props.value,
        min: props.min,
        max: props.max,
        step: props.step,
        required: props.isRequired === true,
        'aria-invalid': error !== undefined,
        'aria-describedby': notes.length === 0 ? undefined : notes.join(' '),
        autocomplete: props.autoComplete ?? 'off',
        ref: props.takesFocus === true ? focusOnce : null,
        onInput: (event) => props.onInput(event.currentTarget.value),
      })}
      {error !== undefined && (
        <p class="field-error" id={`${id}-error`} role="alert">
          {error}
        </p>
      )}
      {help !== undefined && (
        <p class="field-help" id={`${id}-help`}>
          {help}
        </p>
      )}
    </div>
  );
}

const focusOnce = (element: HTMLElement | null) => element?.focus();
