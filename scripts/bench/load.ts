import { Agent, request } from 'node:http';
import { percentile } from './figure.ts';

const CONNECTIONS = 8;

/** Where requests go, and what each of them says. */
export interface Target {
  readonly url: URL;
  readonly token: string;
  /** The body of the next request. */
  readonly body: () => object;
}

/** What a server did in one round. */
export interface Load {
  readonly perSecond: number;
  readonly p99Ms: number;
}

/** Sends `count` POSTs of JSON over a few connections, each as soon as the one before it is answered. Rejects when one is refused. */
export async function load(target: Target, count: number): Promise<Load> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const times: number[] = [];
  let left = count;
  const work = async () => {
    while (left > 0) {
      left -= 1;
      const began = performance.now();
      await post(agent, target);
      times.push(performance.now() - began);
    }
  };
  try {
    const began = performance.now();
    await Promise.all(Array.from({ length: CONNECTIONS }, work));
    return { perSecond: (count / (performance.now() - began)) * 1000, p99Ms: percentile(times, 0.99) };
  } finally {
    agent.destroy();
  }
}

/** One request of its own; returns the answer's JSON. */
export async function ask(target: Target): Promise<unknown> {
  const agent = new Agent();
  try {
    return JSON.parse(await post(agent, target));
  } finally {
    agent.destroy();
  }
}

/** One POST of JSON; resolves with the answer's text. Rejects when it is refused. */
export function post(agent: Agent, { url, token, body }: Target): Promise<string> {
  const text = JSON.stringify(body());
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      {
        agent,
        method: 'POST',
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(text),
        },
      },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () => {
          const said = Buffer.concat(chunks).toString();
          if (answer.statusCode === 200) resolve(said);
          else reject(new Error(`${url.href} answered ${answer.statusCode}: ${said.slice(0, 500)}`));
        });
      },
    );
    sent.on('error', reject);
    sent.end(text);
  });
}
