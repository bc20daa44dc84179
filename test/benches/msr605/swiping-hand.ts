import type { SimulatedCard, SimulatedCardOrder } from '../../../src/encoder/contract.ts';
import type { SwipingHand } from '../../contracts/encoder-desk.ts';
import type { Msr605Device } from './msr605-device.ts';
import { SimulatedStripe } from './stripe.ts';

/** Somebody at the encoder: takes cards, and swipes them when the device waits for it. */
export class StripeHand implements SwipingHand {
  readonly #device: Msr605Device;
  readonly #stripes = new Map<string, SimulatedStripe>();
  readonly #waiters = new Set<() => void>();
  #card: SimulatedStripe | undefined;
  #isWilling = true;
  /** A swipe that `placeCard` has promised. */
  #isOwed = false;

  constructor(device: Msr605Device) {
    this.#device = device;
    device.onArming = () => {
      for (const look of this.#waiters) look();
      this.#swipeSoon();
    };
  }

  get isWilling(): boolean {
    return this.#isWilling;
  }

  set isWilling(isWilling: boolean) {
    this.#isWilling = isWilling;
    this.#swipeSoon();
  }

  get isArmed(): boolean {
    return this.#device.arming !== undefined;
  }

  /** What the device waits for a card to be. */
  get armedTo(): 'be read' | 'be written' | null {
    const { arming } = this.#device;
    if (arming === undefined) return null;
    return arming.kind === 'read_iso' || arming.kind === 'read_raw' ? 'be read' : 'be written';
  }

  armed(isArmed: boolean): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const look = () => {
      if (this.isArmed !== isArmed) return;
      this.#waiters.delete(look);
      resolve();
    };
    this.#waiters.add(look);
    look();
    return promise;
  }

  /** The card of this uid, which has its number on track 2 until it is written. */
  stripe(uid: string): SimulatedStripe {
    const known = this.#stripes.get(uid);
    if (known !== undefined) return known;
    const stripe = new SimulatedStripe(['', `${BigInt(`0x${uid}`)}=`, '']);
    this.#stripes.set(uid, stripe);
    return stripe;
  }

  async placeCard({ technology, uid }: SimulatedCardOrder): Promise<SimulatedCard> {
    if (technology !== 'magnetic_stripe' || uid === undefined)
      throw new Error('an MSR605 takes magnetic stripes that have a number');
    this.take(this.stripe(uid));
    return { id: uid, uid, technology };
  }

  /** Takes a card in the hand, and swipes it once. */
  take(stripe: SimulatedStripe): void {
    this.#card = stripe;
    this.#isOwed = true;
    this.#swipeSoon();
  }

  async removeCard(): Promise<void> {
    this.#card = undefined;
    this.#isOwed = false;
  }

  /** A hand takes its time: never in the call in which the device was armed. */
  #swipeSoon(): void {
    setImmediate(() => {
      if (this.#card === undefined || !(this.#isOwed || this.#isWilling) || !this.isArmed) return;
      this.#isOwed = false;
      this.#device.swipe(this.#card);
    });
  }
}
