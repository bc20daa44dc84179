import { CommandError, EXIT } from './terminal.ts';

/** What a command does whose second word says what: that, and the one thing which the third word may name. */
export interface VerbAsked<Verb> {
  readonly verb: Verb;
  readonly named: string | undefined;
}

/** Reads `encoderctl COMMAND VERB [NAMED]`. Throws the command's usage for another verb, or a word too many. */
export function readVerb<Verb>(
  verbs: Readonly<Record<string, Verb>>,
  usages: readonly string[],
  [name = '', named, ...others]: readonly string[],
): VerbAsked<Verb> {
  const verb = Object.hasOwn(verbs, name) ? verbs[name] : undefined;
  if (verb === undefined || others.length > 0) throw wrongUseOf(usages);
  return { verb, named };
}

/** Says how a command is used; each usage is without `encoderctl`. */
export const wrongUseOf = (usages: readonly string[]) =>
  new CommandError(`usage: ${usages.map((usage) => `encoderctl ${usage}`).join('\n       ')}`, EXIT.usage);
