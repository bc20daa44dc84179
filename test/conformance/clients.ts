import { SeamHttp, SeamHttpEndpoints } from '@seamapi/http';
import { SeamHttpEndpoints as SeamHttpEndpointsV1, SeamHttp as SeamHttpV1 } from '@seamapi/http-v1';
import { checkAnswer } from '../seam-schema.ts';

/** The newest release of Seam's client, and the last of its 1.x line, which sends most requests as POST. */
export const GENERATIONS = ['newest', 'last 1.x'] as const;

export type Generation = (typeof GENERATIONS)[number];

/** Either client; attempts are asked for often, and every answer is held against Seam's OpenAPI and ours. */
export function seamOf(generation: Generation, endpoint: string, apiKey: string): SeamHttp {
  const options = optionsFor(endpoint, apiKey);
  // What 1.x has it has under the same names; Object() because its classes are others.
  return generation === 'newest' ? new SeamHttp(options) : Object(new SeamHttpV1(options));
}

/** What either client can call, by path; without waiting for attempts. */
export function endpointsOf(
  generation: Generation,
  endpoint: string,
  apiKey: string,
): ReadonlyMap<string, (parameters: object) => Promise<unknown>> {
  const options = { ...optionsFor(endpoint, apiKey), waitForActionAttempt: false };
  const Endpoints = generation === 'newest' ? SeamHttpEndpoints : SeamHttpEndpointsV1;
  const endpoints = new Endpoints(options);
  return new Map(
    Object.getOwnPropertyNames(Endpoints.prototype)
      .filter((name) => name.startsWith('/'))
      .map((path) => [path, async (parameters) => Object(endpoints)[path](parameters)]),
  );
}

const optionsFor = (endpoint: string, apiKey: string) => ({
  apiKey,
  endpoint,
  isUndocumentedApiEnabled: true,
  waitForActionAttempt: { pollingInterval: 20, timeout: 60_000 },
  axiosOptions: { transformResponse: checkedBody },
});

/** For axios, which calls it on the request's configuration. */
function checkedBody(
  this: { readonly url?: string | undefined; readonly method?: string | undefined },
  text: string,
  _headers: unknown,
  status?: number,
): unknown {
  const body: unknown = JSON.parse(text);
  checkAnswer(this.url ?? '', (this.method ?? 'get').toUpperCase(), status ?? 0, body);
  return body;
}
