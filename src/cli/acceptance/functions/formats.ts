import { CARD_TECHNOLOGIES } from '../../../model/card.ts';
import type { FormatSettings } from '../../../model/card-format.ts';
import { formatFor } from '../../../model/card-format.ts';
import { CommandError } from '../../terminal.ts';
import { type DeskFunction, NotApplicable, passed } from '../function.ts';

/** Holds the formats that the configuration enables against the card, and against what the encoder can do. */
export function formatsFunction(formats: readonly FormatSettings[], canDo: readonly string[]): DeskFunction {
  return {
    id: 'card_formats',
    title: "The site's card formats fit this card and this encoder",
    async run({ found }) {
      if (found === null) throw new NotApplicable('The card could not be inspected.');
      const enabled = formats.map(({ format }) => format).join(', ');
      const technology = CARD_TECHNOLOGIES.find((one) => one === found.card.technology);
      const expected = technology === undefined ? undefined : formatFor(technology, formats)?.format;
      if (expected === undefined) {
        throw new NotApplicable(`None of the enabled formats (${enabled}) fits a ${found.card.technology}.`);
      }
      if (found.format !== expected) {
        const used = found.format ?? 'none';
        throw new CommandError(
          `The configuration says ${expected} for this card, and the daemon uses ${used}: is it another configuration?`,
        );
      }
      if (expected !== 'uid_only' && !canDo.includes(found.card.technology)) {
        throw new CommandError(
          `${expected} needs more of a ${found.card.technology} than this encoder can do.`,
        );
      }
      return passed(`Enabled: ${enabled}. This card: ${expected}.`);
    },
  };
}
