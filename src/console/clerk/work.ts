import { type Attempt, type Desk, DeskError } from '../../client/client.ts';
import { asDeskError } from '../connection.ts';
import { type CardScan, type GuestKey, isCardScan, isGuestKey, oneOf } from '../wire.ts';
import { cardsOf, isAmong, type Job, mayStop, type WorkState } from './job.ts';

/** What of the client's Desk is needed here. */
export type WorkDesk = Pick<Desk, 'request' | 'scan' | 'scanToAssign' | 'encode' | 'follow' | 'on'>;

type AtWork = Exclude<WorkState, { readonly step: 'idle' }>;

/** How long a card that lies there is looked at before the clerk is asked, seconds. */
const LOOK_SECONDS = 5;

/** One clerk's work at the encoders: one job at a time, card after card. */
export class Work {
  readonly #desk: WorkDesk;
  readonly #onState: (state: WorkState) => void;
  readonly #ends: (() => void)[];
  /** Uids of the cards on the encoders, by the encoder's id. */
  readonly #cards = new Map<string, string>();
  #state: WorkState = { step: 'idle' };
  /** Grows with each turn: what an earlier one still hears does not count any more. */
  #turn = 0;
  /** The key that is being put on a card; null: none was made yet. */
  #keyId: string | null = null;
  /** The card that is being worked on. */
  #uid: string | null = null;

  constructor(desk: WorkDesk, onState: (state: WorkState) => void) {
    this.#desk = desk;
    this.#onState = onState;
    this.#ends = [
      desk.on('card.presented', ({ acs_encoder_id, card }) => this.#cardCame(acs_encoder_id, card.uid)),
      desk.on('card.removed', ({ acs_encoder_id }) => this.#cardLeft(acs_encoder_id)),
    ];
  }

  get state(): WorkState {
    return this.#state;
  }

  /** Begins a job. One that waits for a card is given up; one that works on a card has to end first. */
  start(job: Job, encoderId: string): void {
    this.#keyId = job.kind === 'encode' ? job.keyId : null;
    const place = { number: 1, total: cardsOf(job) };
    void this.#serve({ step: 'working', job, encoderId, place, ready: [], ...FRESH }, false);
  }

  /** Goes on with what this page began before it was loaded again. */
  resume(job: Job, attempt: Attempt): void {
    this.#keyId = job.kind === 'encode' ? job.keyId : null;
    const encoderId = attempt.acs_encoder_id;
    const place = { number: 1, total: 1 };
    const state: WorkState = { step: 'working', job, encoderId, place, ready: [], ...FRESH, attempt };
    const following = (onProgress: (attempt: Attempt) => void) =>
      this.#desk.follow(attempt.action_attempt_id, { onProgress });
    void this.#serve(state, false, following);
  }

  /** Stops waiting for a card. What is on its way onto a card is finished. */
  stop(): void {
    const state = this.#state;
    switch (state.step) {
      case 'working':
        if (!mayStop(state.attempt) || state.isStopping) return;
        this.#become({ ...state, isStopping: true });
        if (state.attempt !== null) this.#cancel(state.attempt);
        return;
      case 'asking':
      case 'between':
      case 'failed':
        this.#giveUp(state);
        return;
      default:
        this.finish();
    }
  }

  /** After a failure: the same card of the job once more. */
  again(): void {
    if (this.#state.step === 'failed') void this.#serve(this.#state, false);
  }

  /** The answer to a card that is still in use: write over it. */
  overwrite(): void {
    if (this.#state.step === 'asking' && !this.#state.isOfThisJob) void this.#serve(this.#state, true);
  }

  /** The other answer: wait for another card. */
  anotherCard(): void {
    if (this.#state.step === 'asking') void this.#serve(this.#state, false);
  }

  /** What this attempt did was taken back. False: something else is shown by now. */
  undone(attemptId: string): boolean {
    const state = this.#state;
    if (state.step !== 'done' || state.attemptId !== attemptId) return false;
    this.#become({ ...state, isUndone: true });
    return true;
  }

  /** Puts what was done away. */
  finish(): void {
    this.#turn += 1;
    this.#become({ step: 'idle' });
  }

  close(): void {
    this.#turn += 1;
    for (const end of this.#ends) end();
  }

  /** One card of a job, and the next ones. Never rejects. */
  async #serve(from: AtWork, mayOverwrite: boolean, following?: Following): Promise<void> {
    this.#turn += 1;
    const turn = this.#turn;
    const { job, encoderId, place, ready } = from;
    const attempt = 'attempt' in from ? from.attempt : null;
    this.#become({ step: 'working', job, encoderId, place, ready, ...FRESH, attempt });
    this.#uid = null;
    const onProgress = (news: Attempt) => {
      if (turn === this.#turn) this.#progress(news);
    };
    try {
      const result = await (following ?? ((heard) => this.#order(job, encoderId, mayOverwrite, heard)))(
        onProgress,
      );
      if (turn === this.#turn) this.#succeed(result);
    } catch (error) {
      if (turn === this.#turn) await this.#fail(asDeskError(error), turn);
    }
  }

  async #order(
    job: Job,
    encoder: string,
    overwrite: boolean,
    onProgress: (attempt: Attempt) => void,
  ): Promise<object> {
    switch (job.kind) {
      case 'scan':
        return this.#desk.scan({ encoder, onProgress });
      case 'assign':
        return this.#desk.scanToAssign({ encoder, user: job.holder.id, onProgress });
      case 'keys': {
        this.#keyId ??= await this.#makeKey(job);
        // Stopped while the key was made.
        if (this.#state.step === 'working' && this.#state.isStopping) throw stopped();
        return this.#desk.encode({ encoder, credential: this.#keyId, overwrite, onProgress });
      }
      case 'encode': {
        const { keyId: credential, replacesLostCard: replaceLostCard } = job;
        return this.#desk.encode({ encoder, credential, overwrite, replaceLostCard, onProgress });
      }
    }
  }

  async #makeKey({ holder, stay }: Job & { readonly kind: 'keys' }): Promise<string> {
    const answer = await this.#desk.request('/acs/credentials/create', {
      access_method: 'card',
      acs_user_id: holder.id,
      allowed_acs_entrance_ids: stay.entranceIds,
      ...(stay.startsAt === null ? {} : { starts_at: stay.startsAt }),
      ends_at: stay.endsAt,
    });
    return oneOf(answer, 'acs_credential', isGuestKey).acs_credential_id;
  }

  #progress(attempt: Attempt): void {
    const state = this.#state;
    if (state.step !== 'working') return;
    const { phase, hint_code } = attempt;
    const isAtCard = phase === 'reading' || hint_code === 'keep_card_there';
    const there = this.#cards.get(state.encoderId) ?? null;
    if (isAtCard) this.#uid = there ?? this.#uid;
    const isOtherCard = hint_code === 'put_card_back' && there !== null && there !== this.#uid;
    this.#become({ ...state, attempt, isOtherCard });
    if (state.isStopping && state.attempt === null) this.#cancel(attempt);
  }

  #succeed(result: object): void {
    const state = this.#state;
    if (state.step !== 'working') return;
    const { job, encoderId, place, attempt } = state;
    const ready = isGuestKey(result) ? [...state.ready, result] : state.ready;
    if (job.kind === 'keys' && place.number < place.total) {
      this.#keyId = null;
      const next = { job, encoderId, place: { ...place, number: place.number + 1 }, ready };
      this.#become({ step: 'between', ...next });
      if (!this.#cards.has(encoderId)) void this.#serve({ step: 'between', ...next }, false);
      return;
    }
    this.#keyId = null;
    const scan = isCardScan(result) ? result : null;
    const attemptId = attempt?.action_attempt_id ?? '';
    this.#become({
      step: 'done',
      job,
      encoderId,
      place,
      ready,
      attemptId,
      at: Date.now(),
      scan,
      isUndone: false,
    });
  }

  async #fail(error: DeskError, turn: number): Promise<void> {
    const state = this.#state;
    if (state.step !== 'working') return;
    const { job, encoderId, place, ready } = state;
    if (error.code === 'cancelled' && state.isStopping) {
      this.#giveUp(state);
      return;
    }
    if (error.code !== 'card_carries_another_credential') {
      this.#become({ step: 'failed', job, encoderId, place, ready, error });
      return;
    }
    const scan = await this.#look(encoderId);
    if (turn !== this.#turn) return;
    this.#become({ step: 'asking', job, encoderId, place, ready, scan, isOfThisJob: isAmong(ready, scan) });
  }

  /** What is on the card that lies there; null: it cannot be told. */
  async #look(encoder: string): Promise<CardScan | null> {
    try {
      const scan = await this.#desk.scan({ encoder, timeoutSeconds: LOOK_SECONDS });
      return isCardScan(scan) ? scan : null;
    } catch (error) {
      asDeskError(error);
      return null;
    }
  }

  /** The work ends without what was not done yet: a key that was made for it and is on no card goes, too. */
  #giveUp({ job, ready }: AtWork): void {
    const keyId = this.#keyId;
    const isHalfWritten = this.#state.step === 'failed' && this.#state.error.code === 'encoding_interrupted';
    this.#keyId = null;
    this.finish();
    if (job.kind !== 'keys' || keyId === null || isHalfWritten) return;
    if (ready.some((key: GuestKey) => key.acs_credential_id === keyId)) return;
    // It opens nothing as long as it is on no card; a guest's list of keys shows one that could not be deleted.
    this.#desk.request('/acs/credentials/delete', { acs_credential_id: keyId }).catch(() => undefined);
  }

  /** Too late for that is no trouble: then the card is worked on, and the end of it is told as ever. */
  #cancel({ action_attempt_id }: Attempt): void {
    this.#desk.request('/action_attempts/cancel', { action_attempt_id }).catch(() => {
      if (this.#state.step === 'working') this.#become({ ...this.#state, isStopping: false });
    });
  }

  #cardCame(encoderId: string, uid: string): void {
    this.#cards.set(encoderId, uid);
    const state = this.#state;
    if (state.step !== 'working' || state.encoderId !== encoderId) return;
    const isOtherCard = state.attempt?.hint_code === 'put_card_back' && uid !== this.#uid;
    if (isOtherCard !== state.isOtherCard) this.#become({ ...state, isOtherCard });
  }

  /** The question was about the card that lay there: of the next one nothing is known. */
  #cardLeft(encoderId: string): void {
    this.#cards.delete(encoderId);
    const state = this.#state;
    if (state.step === 'idle' || state.encoderId !== encoderId) return;
    if (state.step === 'asking' || state.step === 'between') void this.#serve(state, false);
    else if (state.step === 'working' && state.isOtherCard) {
      this.#become({ ...state, isOtherCard: false });
    }
  }

  #become(state: WorkState): void {
    this.#state = state;
    this.#onState(state);
  }
}

type Following = (onProgress: (attempt: Attempt) => void) => Promise<object>;

const FRESH = { attempt: null, isOtherCard: false, isStopping: false } as const;

/** As if the waiting had been cancelled before it began. */
const stopped = () => new DeskError('cancelled');
