import { uidOfNumber } from '../../../src/model/card.ts';

/** How the contract suites see an MSR605. */
export const MSR605_CONTRACT = {
  cards: [
    { technology: 'magnetic_stripe', uid: uidOfNumber(1_234_567_890n) },
    { technology: 'magnetic_stripe', uid: uidOfNumber(2_718_281_828n) },
    { technology: 'magnetic_stripe', uid: uidOfNumber(7n) },
  ],
  exchanges: false,
  written: 'magstripe',
} as const;
