import { type Command, DONE, needLength, numberAt, numberBytes } from './command.ts';
import { asking } from './data-commands.ts';
import { wayIn } from './file-rights.ts';
import type { ValueFile } from './picc.ts';
import type { PoweredCard } from './powered-card.ts';
import { BOUNDARY_ERROR, LENGTH_ERROR, PARAMETER_ERROR, PERMISSION_DENIED, Refusal } from './status.ts';
import type { PendingValue } from './transaction.ts';

/** What was committed last. */
export const getValue: Command = (card, payload) => {
  const file = valueFile(card, payload);
  const security = wayIn(card, file, 'read', 'write', 'readWrite');
  return {
    security: asking(security),
    answer: { security },
    run: (clear) => {
      needLength(clear, 1);
      return { data: Uint8Array.from(numberBytes(file.value, 4)) };
    },
  };
};

export const credit: Command = (card, payload) => {
  const file = valueFile(card, payload);
  return change(card, file, wayIn(card, file, 'readWrite'), (pending, amount) => {
    pending.file.value += amount;
  });
};

export const debit: Command = (card, payload) => {
  const file = valueFile(card, payload);
  return change(card, file, wayIn(card, file, 'read', 'write', 'readWrite'), (pending, amount) => {
    pending.file.value -= amount;
    pending.debited += amount;
  });
};

export const limitedCredit: Command = (card, payload) => {
  const file = valueFile(card, payload);
  const security = wayIn(card, file, 'write', 'readWrite');
  if (!file.isLimitedCreditOn) throw new Refusal(PERMISSION_DENIED);
  return change(card, file, security, (pending, amount) => {
    if (amount > file.creditLimit) throw new Refusal(BOUNDARY_ERROR);
    pending.file.value += amount;
    pending.isCreditLimitUsed = true;
  });
};

/** `number amount(4)`; the amount is not negative. */
function change(
  card: PoweredCard,
  file: ValueFile,
  security: ReturnType<typeof wayIn>,
  apply: (pending: PendingValue, amount: number) => void,
): ReturnType<Command> {
  return {
    security,
    headerBytes: 1,
    dataBytes: 4,
    answer: { security: asking(security) },
    run: (clear) => {
      const amount = numberAt(clear, 1, 4) | 0;
      if (amount < 0) throw new Refusal(PARAMETER_ERROR);
      const pending = card.transaction.value(file);
      apply(pending, amount);
      const { value, lower, upper } = pending.file;
      // What is thrown here ends the transaction, so that nothing of the change stays.
      if (value < lower || value > upper) throw new Refusal(BOUNDARY_ERROR);
      return DONE;
    },
  };
}

function valueFile(card: PoweredCard, payload: Uint8Array): ValueFile {
  if (payload.length === 0) throw new Refusal(LENGTH_ERROR);
  const file = card.file(payload[0] ?? 0);
  if (file.kind !== 'value') throw new Refusal(PERMISSION_DENIED);
  return file;
}
