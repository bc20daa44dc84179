/** What an encoder suffered in some time. */
export interface Strain {
  /** Commands that the device, or a card on it, was given; those that ask whether a card has come are not counted. */
  readonly exchanges: number;
  /** Commands that were given again, because nothing came back. */
  readonly retries: number;
  /** Answers that took longer than this kind of device ever needs. */
  readonly slowAnswers: number;
  /** It went away and was back sooner than a person plugs something in, or its driver ended: it was given up and opened anew. */
  readonly resets: number;
  /** It was pulled out and plugged in again. */
  readonly replugs: number;
  /** Cards that left in the middle of a write, and did not come back in time. */
  readonly tornCards: number;
}

export const NO_STRAIN: Strain = {
  exchanges: 0,
  retries: 0,
  slowAnswers: 0,
  resets: 0,
  replugs: 0,
  tornCards: 0,
};

export function addStrain(one: Strain, other: Strain): Strain {
  return {
    exchanges: one.exchanges + other.exchanges,
    retries: one.retries + other.retries,
    slowAnswers: one.slowAnswers + other.slowAnswers,
    resets: one.resets + other.resets,
    replugs: one.replugs + other.replugs,
    tornCards: one.tornCards + other.tornCards,
  };
}

/** Over how many days the health of an encoder is judged, today included. */
export const JUDGED_DAYS = 7;

export const HEALTH_WORDS = ['unknown', 'good', 'watch', 'replace'] as const;

/** `watch`: somebody should look at it when there is time. `replace`: it fails more and more; have another one ready. */
export type HealthWord = (typeof HEALTH_WORDS)[number];

export const WEAR_SIGNS = ['resets', 'retries', 'slow_answers', 'replugs'] as const;

export type WearSign = (typeof WEAR_SIGNS)[number];

export interface EncoderHealth {
  readonly word: HealthWord;
  /** By what it was judged; null: it shows no wear. */
  readonly sign: WearSign | null;
  /** What was seen, and what to do: for a technician. */
  readonly reason: string;
}

/** Fewer say nothing of a share. */
const ENOUGH_EXCHANGES = 200;

/** A sign of wear: from when on it is one to watch, and from when on the encoder is to be replaced. */
interface Sign {
  readonly name: WearSign;
  readonly watch: number;
  readonly replace: number;
  /** By exchanges; else the number itself counts. */
  readonly isShare: boolean;
  readonly of: (strain: Strain) => number;
  readonly say: (count: number, strain: Strain) => string;
  readonly cure: string;
}

const times = (count: number) => (count === 1 ? 'once' : `${count} times`);

const SIGNS: readonly Sign[] = [
  {
    name: 'resets',
    watch: 2,
    replace: 10,
    isShare: false,
    of: ({ resets }) => resets,
    say: (count) => `it stopped answering and was opened anew ${times(count)}`,
    cure: 'Plug it into another port with another cable. If it goes on, replace it.',
  },
  {
    name: 'retries',
    watch: 0.01,
    replace: 0.05,
    isShare: true,
    of: ({ retries }) => retries,
    say: (count, { exchanges }) => `${count} of ${exchanges} commands had to be given again`,
    cure: 'Replace its cable, keep other radios and metal away. If it goes on, replace it.',
  },
  {
    name: 'slow_answers',
    watch: 0.02,
    replace: 0.1,
    isShare: true,
    of: ({ slowAnswers }) => slowAnswers,
    say: (count, { exchanges }) => `${count} of ${exchanges} answers came late`,
    cure: 'Plug it into the computer itself, not into a hub. If it goes on, replace it.',
  },
  {
    name: 'replugs',
    watch: 5,
    replace: 50,
    isShare: false,
    of: ({ replugs }) => replugs,
    say: (count) => `it was unplugged ${times(count)}`,
    cure: 'If nobody pulled it out, its plug or cable is loose: replace the cable.',
  },
];

/** What wear an encoder shows. `recent`: what it suffered in the last JUDGED_DAYS days. */
export function healthOf(recent: Strain): EncoderHealth {
  const seen = SIGNS.map((sign) => ({ sign, word: wordOf(sign, recent) }));
  const worst =
    seen.find(({ word }) => word === 'replace') ?? seen.find(({ word }) => word === 'watch') ?? null;
  if (worst !== null) {
    const { sign, word } = worst;
    const reason = `In the last ${JUDGED_DAYS} days ${sign.say(sign.of(recent), recent)}. ${sign.cure}`;
    return { word, sign: sign.name, reason };
  }
  if (recent.exchanges < ENOUGH_EXCHANGES) {
    return {
      word: 'unknown',
      sign: null,
      reason: `It did too little in the last ${JUDGED_DAYS} days to tell how it is.`,
    };
  }
  return {
    word: 'good',
    sign: null,
    reason: `Nothing unusual in ${recent.exchanges} commands of the last ${JUDGED_DAYS} days.`,
  };
}

function wordOf(sign: Sign, strain: Strain): 'good' | 'watch' | 'replace' {
  if (sign.isShare && strain.exchanges < ENOUGH_EXCHANGES) return 'good';
  const amount = sign.isShare ? sign.of(strain) / strain.exchanges : sign.of(strain);
  if (amount >= sign.replace) return 'replace';
  return amount >= sign.watch ? 'watch' : 'good';
}
