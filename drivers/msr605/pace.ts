/** How long things take, in milliseconds. Tests hurry some of them. */
export interface Msr605Pace {
  /** Until an answer to a command that no card is needed for: at 9600 baud it takes 10 ms. */
  readonly answerMs: number;
  /** Between two bytes of an answer to a swipe. */
  readonly stallMs: number;
  /** Without a byte, until nothing more is on its way. */
  readonly quietMs: number;
  /** Until one communication test after a reset counts as unanswered: a device that has a card in it answers when it is through. */
  readonly testMs: number;
  /** Until a card that nobody swipes counts as gone (src/card/link.ts). */
  readonly swipeMs: number;
  /** Between two times that the person is asked. */
  readonly askMs: number;
  /** Between a swipe that went badly and the next one: the person sees the red light. */
  readonly againMs: number;
  /** How long a card is there after its swipe, or after the last work on it. */
  readonly presentMs: number;
  /** Two swipes that go badly within this time are the card's fault, not the hand's. */
  readonly badPairMs: number;
}

export const ORDINARY_PACE: Msr605Pace = {
  answerMs: 1_000,
  stallMs: 1_000,
  quietMs: 50,
  testMs: 500,
  swipeMs: 15_000,
  askMs: 3_000,
  againMs: 300,
  presentMs: 1_500,
  badPairMs: 10_000,
};
