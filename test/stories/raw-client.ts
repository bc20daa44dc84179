import { Agent, type IncomingHttpHeaders, type OutgoingHttpHeaders, request as send } from 'node:http';
import { SeamHttp } from '@seamapi/http';
import type { z } from 'zod';
import { checkAnswer } from '../seam-schema.ts';

export interface RawRequest {
  /** As it stands in the URL, without the question mark. */
  readonly query?: string;
  /** Sent as JSON, with its content type. */
  readonly body?: unknown;
  /** Sent as it is. */
  readonly text?: string | Uint8Array;
  /** Over what is sent otherwise; undefined takes a header away. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Parsed when it is JSON, text otherwise. */
  readonly body: unknown;
}

/** An HTTP client that can send anything, and holds every JSON answer against the contract. */
export class RawClient {
  readonly url: string;
  readonly token: string | undefined;

  constructor(url: string, token: string | undefined) {
    this.url = url;
    this.token = token;
  }

  /** Resolves with whatever was answered. Rejects when the answer breaks the contract. */
  async request(method: string, path: string, request: RawRequest = {}): Promise<RawAnswer> {
    const query = request.query === undefined ? '' : `?${request.query}`;
    const payload = request.text ?? (request.body === undefined ? undefined : JSON.stringify(request.body));
    const headers: OutgoingHttpHeaders = {};
    const given = {
      ...(this.token === undefined ? {} : { authorization: `Bearer ${this.token}` }),
      ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(payload === undefined ? {} : { 'content-length': String(Buffer.byteLength(payload)) }),
      ...request.headers,
    };
    for (const [name, value] of Object.entries(given)) if (value !== undefined) headers[name] = value;
    const answer = await exchange(new URL(this.url), method, `${path}${query}`, headers, payload);
    if (isJson(answer.headers) && !['OPTIONS', 'HEAD'].includes(method) && path !== '/openapi.json') {
      checkAnswer(path, method, answer.status, answer.body);
    }
    return answer;
  }

  post(path: string, body: unknown = {}, headers: RawRequest['headers'] = {}): Promise<RawAnswer> {
    return this.request('POST', path, { body, headers });
  }

  /** The part of a successful answer that `envelope` describes. Rejects with the error when it was refused. */
  async ask<T extends z.ZodType>(path: string, body: unknown, envelope: T): Promise<z.output<T>> {
    const answer = await this.post(path, body);
    if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return envelope.parse(answer.body);
  }
}

/** The official client, with every answer held against the contract as well. */
export function checkedSeam(url: string, apiKey: string): SeamHttp {
  return new SeamHttp({
    apiKey,
    endpoint: url,
    axiosOptions: {
      transformResponse(text: string, _headers, status) {
        const body: unknown = JSON.parse(text);
        checkAnswer(this.url ?? '', (this.method ?? 'get').toUpperCase(), status ?? 0, body);
        return body;
      },
    },
  });
}

function isJson(headers: IncomingHttpHeaders): boolean {
  return headers['content-type']?.startsWith('application/json') === true;
}

function exchange(
  url: URL,
  method: string,
  path: string,
  headers: OutgoingHttpHeaders,
  payload: string | Uint8Array | undefined,
): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const agent = new Agent({ keepAlive: false });
    const { hostname, port } = url;
    const request = send({ hostname, port, method, path, headers, agent }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        const body: unknown = isJson(response.headers) && text !== '' ? JSON.parse(text) : text;
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
      });
    });
    request.on('error', reject);
    request.end(payload);
  });
}
