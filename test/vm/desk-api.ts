import { SeamHttp } from '@seamapi/http';
import { z } from 'zod';
import { acsEncoder } from '../../src/api/wire/acs-encoder.ts';
import { actionAttempt } from '../../src/api/wire/action-attempt.ts';

/** The guest is slower than a desk: its processor is emulated. */
export const PATIENCE_MS = 60_000;
const BETWEEN_LOOKS_MS = 100;

export type WireEncoder = z.output<typeof acsEncoder>;
export type WireAttempt = z.output<typeof actionAttempt>;

/** The API of a daemon in a guest, on this side: what an app sees. */
export abstract class DeskApi {
  /** Of the daemon, and of this machine's loopback: the daemon knows itself by it. */
  readonly port: number;
  protected token = '';
  /** How long things may take. */
  protected readonly patienceMs: number = PATIENCE_MS;

  constructor(port: number) {
    this.port = port;
  }

  /** The end of the daemon's log, for the message of a failure. */
  protected abstract recentLog(): Promise<string>;

  get seam(): SeamHttp {
    return new SeamHttp({ apiKey: this.token, endpoint: this.url });
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async encoders(): Promise<readonly WireEncoder[]> {
    const { acs_encoders } = await this.post(
      '/acs/encoders/list',
      {},
      z.object({ acs_encoders: z.array(acsEncoder) }),
    );
    return acs_encoders;
  }

  /** Resolves with the encoder of this driver once it is there; one that an attempt waits for is `busy`. */
  async encoder(driver: string): Promise<WireEncoder> {
    return this.until(`the encoder of ${driver} is there`, async () =>
      (await this.encoders()).find((one) => one.driver === driver && one.state !== 'offline'),
    );
  }

  /** Resolves once the encoder is not there any more. */
  async offline({ acs_encoder_id }: WireEncoder): Promise<void> {
    await this.until('the encoder is offline', async () =>
      (await this.encoders()).find((one) => one.acs_encoder_id === acs_encoder_id && one.state === 'offline'),
    );
  }

  /** Asks an encoder for something; resolves with the attempt as it begins. */
  async begin(path: string, encoder: WireEncoder, parameters: object = {}): Promise<WireAttempt> {
    const { action_attempt } = await this.post(
      path,
      { acs_encoder_id: encoder.acs_encoder_id, ...parameters },
      z.object({ action_attempt: actionAttempt }),
    );
    return action_attempt;
  }

  /** Resolves with the attempt once it is as wanted. */
  attempt(
    { action_attempt_id }: WireAttempt,
    what: string,
    isWanted: (attempt: WireAttempt) => boolean,
  ): Promise<WireAttempt> {
    return this.until(`the attempt ${what}`, async () => {
      const { action_attempt } = await this.post(
        '/action_attempts/get',
        { action_attempt_id },
        z.object({ action_attempt: actionAttempt }),
      );
      if (!isWanted(action_attempt) && action_attempt.status !== 'pending' && what !== 'ends')
        throw new Error(`the attempt ended first: ${JSON.stringify(action_attempt)}`);
      return isWanted(action_attempt) ? action_attempt : undefined;
    });
  }

  /** Resolves with the attempt once it has ended. */
  end(attempt: WireAttempt): Promise<WireAttempt> {
    return this.attempt(attempt, 'ends', ({ status }) => status !== 'pending');
  }

  async post<T extends z.ZodType>(path: string, body: object, shape: T): Promise<z.output<T>> {
    const response = await fetch(`${this.url}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return shape.parse(await response.json());
  }

  /** Looks again and again; a look that rejects does so for it. */
  async until<T>(what: string, look: () => Promise<T | undefined>, patienceMs = this.patienceMs): Promise<T> {
    const late = Date.now() + patienceMs;
    for (;;) {
      const found = await look();
      if (found !== undefined) return found;
      if (Date.now() > late)
        throw new Error(`never in ${patienceMs} ms: ${what}; the daemon's log:\n${await this.recentLog()}`);
      await new Promise((resolve) => setTimeout(resolve, BETWEEN_LOOKS_MS));
    }
  }
}
