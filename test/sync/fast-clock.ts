import { SkippingClock } from '../stories/skipping-clock.ts';

/** A clock of which a second takes 20 milliseconds, so that nobody waits for a wait. */
export const fastClock = (): SkippingClock => new SkippingClock(1 / 50);
