/**
 * Cards as their makers print them: a line for the fields and one for each parity, a column a bit, first sent first. `P` is a parity bit, `F` facility,
 * `C` card number; in a parity's line `E` or `O` is the even or odd parity bit and `X` what it counts. Later lines may count earlier parity bits.
 */
const LAYOUTS = {
  h10301: ['PFFFFFFFFCCCCCCCCCCCCCCCCP', 'EXXXXXXXXXXXX.............', '.............XXXXXXXXXXXXO'],
  h10306: [
    'PFFFFFFFFFFFFFFFFCCCCCCCCCCCCCCCCP',
    'EXXXXXXXXXXXXXXXX.................',
    '.................XXXXXXXXXXXXXXXXO',
  ],
  corporate_1000_35: [
    'PPFFFFFFFFFFFFCCCCCCCCCCCCCCCCCCCCP',
    '.EXX.XX.XX.XX.XX.XX.XX.XX.XX.XX.XX.',
    '.XX.XX.XX.XX.XX.XX.XX.XX.XX.XX.XX.O',
    'OXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX',
  ],
  h10302: [
    'PCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCP',
    'EXXXXXXXXXXXXXXXXXX..................',
    '..................XXXXXXXXXXXXXXXXXXO',
  ],
  h10304: [
    'PFFFFFFFFFFFFFFFFCCCCCCCCCCCCCCCCCCCP',
    'EXXXXXXXXXXXXXXXXXX..................',
    '..................XXXXXXXXXXXXXXXXXXO',
  ],
  corporate_1000_48: [
    'PPFFFFFFFFFFFFFFFFFFFFFFCCCCCCCCCCCCCCCCCCCCCCCP',
    '.E.XX.XX.XX.XX.XX.XX.XX.XX.XX.XX.XX.XX.XX.XX.XX.',
    '..XX.XX.XX.XX.XX.XX.XX.XX.XX.XX.XX.XX.XX.XX.XX.O',
    'OXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX',
  ],
} as const satisfies Record<string, readonly [fields: string, ...parities: string[]]>;

export type PrintedLayout = keyof typeof LAYOUTS;

export const PRINTED_LAYOUTS: readonly PrintedLayout[] = [
  'h10301',
  'h10306',
  'corporate_1000_35',
  'h10302',
  'h10304',
  'corporate_1000_48',
];

/** How many bits a facility code (`F`) or a card number (`C`) has. */
export function printedBits(layout: PrintedLayout, column: 'F' | 'C'): number {
  return [...LAYOUTS[layout][0]].filter((each) => each === column).length;
}

/** What such a card sends, as text. The numbers must fit. */
export function printedCard(layout: PrintedLayout, facility: bigint, number: bigint): string {
  const [fields, ...parities] = LAYOUTS[layout];
  const facilityBits = digitsFor('F', fields, facility);
  const numberBits = digitsFor('C', fields, number);
  const card = [...fields].map((column) => {
    if (column === 'F') return facilityBits.shift() ?? '0';
    if (column === 'C') return numberBits.shift() ?? '0';
    return '0';
  });
  for (const line of parities) {
    const ones = card.filter((bit, at) => line[at] === 'X' && bit === '1').length;
    const at = line.search(/[EO]/);
    card[at] = (ones % 2 === 0) === (line[at] === 'E') ? '0' : '1';
  }
  return card.join('');
}

function digitsFor(column: 'F' | 'C', fields: string, value: bigint): string[] {
  const width = [...fields].filter((each) => each === column).length;
  const digits = value === 0n && width === 0 ? '' : value.toString(2).padStart(width, '0');
  if (digits.length > width) throw new Error(`${value} does not fit ${width} bits`);
  return [...digits];
}
