import {
  isSeamHttpApiError,
  isSeamHttpInvalidResponseError,
  SeamHttp,
  type SeamHttpOptionsWithApiKey,
} from '@seamapi/http';
import type { z } from 'zod';
import type { Clock } from '../../clock.ts';
import { BackendError } from '../backend-error.ts';
import { type AnswerNote, readBody, seamFetch } from './transport.ts';

export interface SeamLineParts {
  readonly endpoint: string;
  /** The key as it is now: it may be changed at any time. */
  readonly apiKey: () => string;
  readonly clock: Clock;
  /** `encoderd/1.0.0` */
  readonly userAgent: string;
  readonly onAnswer: (note: AnswerNote) => void;
}

/** Seam's client for one piece of work, and how its answers are read. */
export interface SeamLine {
  readonly seam: SeamHttp;
  /** Sends a request of `seam` and gives what the answer has under the request's own key. Rejects with Seam's refusal (SeamHttpApiError), a BackendError, or the signal's reason. */
  ask<T>(request: PromiseLike<unknown>, schema: z.ZodType<T>): Promise<T>;
  /** The same for an answer that says only that it was done. */
  tell(request: PromiseLike<unknown>): Promise<void>;
}

/**
 * Lines to a backend, each for a signal. The client neither tries anything again by itself, nor waits for attempts, nor has a time limit of
 * its own.
 */
export function seamLines({ apiKey, onAnswer, ...parts }: SeamLineParts): (signal: AbortSignal) => SeamLine {
  const { endpoint, userAgent, clock } = parts;
  // One for all: axios keeps what it has once called for good.
  const fetch = seamFetch({ endpoint, clock, onAnswer });
  return (signal) => {
    const seam = clientWith(apiKey(), {
      endpoint,
      waitForActionAttempt: false,
      timeout: 0,
      axiosRetryOptions: { retries: 0 },
      axiosOptions: {
        signal,
        env: { fetch },
        transformResponse: readBody,
        headers: { 'user-agent': userAgent },
      },
    });
    const send = async (request: PromiseLike<unknown>): Promise<unknown> => {
      try {
        return await request;
      } catch (error) {
        signal.throwIfAborted();
        throw plain(error);
      }
    };
    return {
      seam,
      ask: async (request, schema) => {
        const { data, error } = schema.safeParse(await send(request));
        if (error === undefined) return data;
        const [path] = error.issues.map((issue) => issue.path.join('.'));
        throw new BackendError(
          'failing',
          `The backend answered with something that is not as Seam's is: ${path}.`,
        );
      },
      tell: async (request) => {
        await send(request);
      },
    };
  };
}

function clientWith(apiKey: string, options: Omit<SeamHttpOptionsWithApiKey, 'apiKey'>): SeamHttp {
  try {
    return new SeamHttp({ ...options, apiKey });
  } catch {
    const message = 'The key of the backend is none of Seam’s: it begins with seam_, and is an API key.';
    throw new BackendError('unauthorized', message);
  }
}

/** An error without what axios hangs on it: the request with its key. */
function plain(error: unknown): unknown {
  for (let one: unknown = error; one instanceof Error; one = one.cause) {
    if (one instanceof BackendError || isSeamHttpApiError(one)) return one;
    if (isSeamHttpInvalidResponseError(one)) return new BackendError('failing', `${one.message}.`);
  }
  if (Object(error).isAxiosError !== true) return error;
  return new BackendError('failing', 'The backend gave an answer that cannot be used.');
}
