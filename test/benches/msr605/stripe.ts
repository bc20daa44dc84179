/** The characters of ISO/IEC 7811-2, in the order of their values: six bits and parity on track 1, four and parity on tracks 2 and 3. */
const ALPHABETS = [
  ' !"#$%&\'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_',
  '0123456789:;<=>?',
  '0123456789:;<=>?',
] as const;

const STARTS = ['%', ';', ';'] as const;

/** Clock before and after the data, as an MSR605 writes it. */
const LEAD = [61, 22, 61] as const;
const TRAIL = 16;

/** What a reading head makes of a track. */
export type TrackRead = { readonly text: string } | 'empty' | 'unreadable';

/** A card with a magnetic stripe: the bits of tracks 1, 2 and 3 in the order in which they pass the head, as `0` and `1`. */
export class SimulatedStripe {
  readonly tracks: [string, string, string];
  readonly coercivity: 'high' | 'low';

  /** `texts` are without sentinels; '' leaves a track blank. */
  constructor(texts: readonly [string, string, string] = ['', '', ''], coercivity: 'high' | 'low' = 'high') {
    this.tracks = [trackBits(texts[0], 0), trackBits(texts[1], 1), trackBits(texts[2], 2)];
    this.coercivity = coercivity;
  }

  /** The text of track 1, 2 or 3 without sentinels, as an ISO reader sees it. */
  read(track: 1 | 2 | 3): TrackRead {
    return readBits(this.tracks[track - 1] ?? '', track - 1);
  }

  /** Makes a track unreadable: the bit in the middle of its data flips. */
  scratch(track: 1 | 2 | 3): void {
    const bits = this.tracks[track - 1] ?? '';
    const begin = bits.indexOf('1');
    const at = Math.floor((begin + bits.lastIndexOf('1')) / 2);
    const flipped = bits[at] === '1' ? '0' : '1';
    this.tracks[track - 1] = `${bits.slice(0, at)}${flipped}${bits.slice(at + 1)}`;
  }
}

/** A text with sentinels and LRC, between zeros; '' is no bits at all. */
export function trackBits(text: string, at: number, lead: number = LEAD[at] ?? 0): string {
  if (text === '') return '';
  const alphabet = ALPHABETS[at] ?? '';
  const width = Math.log2(alphabet.length);
  const characters = [...`${STARTS[at]}${text}?`].map((character) => {
    const value = alphabet.indexOf(character);
    if (value < 0) throw new Error('no such character on this track');
    return value.toString(2).padStart(width, '0').split('').reverse().join('');
  });
  const check = Array.from({ length: width }, (_, column) =>
    characters.filter((bits) => bits[column] === '1').length % 2 === 1 ? '1' : '0',
  ).join('');
  const data = [...characters, check].map((bits) => bits + (isOdd(bits) ? '0' : '1')).join('');
  return `${'0'.repeat(lead)}${data}${'0'.repeat(TRAIL)}`;
}

/** What the bits say; '' and zeros say nothing. */
export function readBits(bits: string, at: number): TrackRead {
  const begin = bits.indexOf('1');
  if (begin < 0) return 'empty';
  const alphabet = ALPHABETS[at] ?? '';
  const width = Math.log2(alphabet.length) + 1;
  const chunks = bits.slice(begin).match(new RegExp(`.{${width}}`, 'g')) ?? [];
  const values = chunks.map((chunk) =>
    Number.parseInt(
      chunk
        .slice(0, width - 1)
        .split('')
        .reverse()
        .join(''),
      2,
    ),
  );
  const end = values.indexOf(alphabet.indexOf('?'));
  const check = values[end + 1];
  if (end < 0 || check === undefined || alphabet[values[0] ?? 0] !== STARTS[at]) return 'unreadable';
  const whole = chunks.slice(0, end + 2);
  const sum = values.slice(0, end + 1).reduce((xor, value) => xor ^ value, 0);
  if (!whole.every(isOdd) || sum !== check) return 'unreadable';
  return {
    text: values
      .slice(1, end)
      .map((value) => alphabet[value])
      .join(''),
  };
}

function isOdd(bits: string): boolean {
  return bits.replaceAll('0', '').length % 2 === 1;
}
