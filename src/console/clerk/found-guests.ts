import type { Guest } from '../wire.ts';

/** Without capitals and accents: who types `muller` means Müller, too. */
function plain(text: string): string {
  return text.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLocaleLowerCase('en');
}

/**
 * Guests as a person expects to find them: whose name begins so come first, then those with a word that does, then the others. The desk
 * also finds by ids, which a clerk does not see: those who match by nothing that is seen are left out, unless there is nobody else.
 */
export function byWhatIsSeen(guests: readonly Guest[], query: string): readonly Guest[] {
  const words = plain(query).split(/\s+/).filter(Boolean);
  const rank = ({ full_name, email_address = '', phone_number = '' }: Guest): number => {
    const name = plain(full_name);
    const seen = [name, plain(email_address), phone_number].join(' ');
    if (name.startsWith(words.join(' '))) return 0;
    if (words.every((word) => ` ${name}`.includes(` ${word}`))) return 1;
    return words.every((word) => seen.includes(word)) ? 2 : 3;
  };
  const ranked = guests.map((guest) => ({ guest, rank: rank(guest) })).toSorted((a, b) => a.rank - b.rank);
  const seen = ranked.filter((one) => one.rank < 3);
  return (seen.length > 0 ? seen : ranked).map(({ guest }) => guest);
}
