import { once } from 'node:events';
import {
  Agent,
  createServer,
  type IncomingMessage,
  request,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { drawing, FAULTS, type Fault, type FaultMix, TLS_ALERT } from './fault.ts';

/** Ports below those that Linux gives to whoever asks for any, so that nobody gets this one while it is closed. */
const LOWEST_PORT = 12_000;
const PORTS = 18_000;

/** Of one connection only; the rest is the next hop's own business (RFC 9110, section 7.6.1). */
const HOP_HEADERS = ['connection', 'keep-alive', 'transfer-encoding', 'content-length', 'proxy-connection'];

interface ServersAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: Buffer;
}

/** A network between a client and a server that goes wrong when it is told to. Each request is passed on whole, or comes to grief. */
export class FaultProxy implements AsyncDisposable {
  /** Where requests go; null: there is no server, and connections are reset. */
  target: string | null;
  readonly port: number;
  /** How many requests met with each kind of fault. */
  readonly met = new Map<Fault['kind'], number>();
  /** How many requests the server answered. */
  passed = 0;
  readonly #server: Server;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #closing = new AbortController();
  readonly #next: { readonly fault: Fault; readonly path: string }[] = [];
  /** Connections that were left without an answer. */
  readonly #silent = new Set<Socket>();
  /** How often the network was made well. */
  #cures = 0;
  #standing: { readonly fault: Fault; readonly path: string } | null = null;
  #draw: () => Fault | null = () => null;

  private constructor(server: Server, port: number, target: string | null) {
    this.#server = server;
    this.port = port;
    this.target = target;
    server.on('request', (asked, answer) => {
      // A client that has given up is no failure of the proxy.
      this.#pass(asked, answer).catch(() => asked.socket.destroy());
    });
  }

  /** Stands between whoever comes to `port` (0: any) and `target`. */
  static async open(target: string | null, port = 0): Promise<FaultProxy> {
    const server = createServer({ keepAliveTimeout: 60_000 });
    return new FaultProxy(server, await listen(server, port), target);
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /**
   * Every request to a path that begins with `path` meets this from now on; null: none, and who waits for an answer that does not come is
   * reset. Whoever is connected when the port closes is cut off.
   */
  async set(fault: Fault | null, path = '/'): Promise<void> {
    const wasClosed = this.#standing?.fault.kind === 'refused';
    this.#standing = fault === null ? null : { fault, path };
    if (fault === null) {
      this.#cures += 1;
      for (const socket of this.#silent) socket.resetAndDestroy();
    }
    const isClosed = fault?.kind === 'refused';
    if (isClosed && !wasClosed) await shut(this.#server);
    if (!isClosed && wasClosed) await listen(this.#server, this.port);
  }

  /** The next `count` requests to paths that begin with `path` meet this, whatever is set. */
  next(count: number, fault: Exclude<Fault, { kind: 'refused' }>, path = '/'): void {
    for (let at = 0; at < count; at += 1) this.#next.push({ fault, path });
  }

  /** Draws what requests meet while nothing is set; null: nothing. */
  mix(mix: FaultMix | null): void {
    if (mix === null) {
      this.#draw = () => null;
      return;
    }
    const draw = drawing(mix.seed);
    this.#draw = () => {
      const [isMet, which] = [draw() < mix.share, Math.floor(draw() * mix.names.length)];
      const name = isMet ? mix.names[which] : undefined;
      return name === undefined ? null : FAULTS[name];
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    if (this.#server.listening) await shut(this.#server);
    this.#agent.destroy();
  }

  #faultOf(path: string): Fault | null {
    const at = this.#next.findIndex((one) => path.startsWith(one.path));
    const [first] = at < 0 ? [] : this.#next.splice(at, 1);
    const standing = this.#standing !== null && path.startsWith(this.#standing.path) ? this.#standing : null;
    const fault = (first ?? standing)?.fault ?? this.#draw();
    if (fault !== null) this.met.set(fault.kind, (this.met.get(fault.kind) ?? 0) + 1);
    return fault;
  }

  async #pass(asked: IncomingMessage, answer: ServerResponse): Promise<void> {
    const [fault, cures] = [this.#faultOf(asked.url ?? '/'), this.#cures];
    if (fault?.kind === 'refused' || (fault?.kind === 'reset' && fault.when === 'before')) {
      asked.socket.resetAndDestroy();
      return;
    }
    const body = await buffer(asked);
    if (fault?.kind === 'tls_garbage') {
      asked.socket.end(TLS_ALERT);
      return;
    }
    const isPassedOn = !(fault !== null && 'isActedOn' in fault) || fault.isActedOn;
    const said = isPassedOn ? await this.#ask(asked, body) : null;
    if (fault?.kind === 'half_open') {
      const { socket } = asked;
      if (cures < this.#cures) socket.resetAndDestroy();
      this.#silent.add(socket);
      const { breaksAfterMs } = fault;
      const breaking =
        breaksAfterMs === null ? undefined : setTimeout(() => socket.resetAndDestroy(), breaksAfterMs);
      socket.once('close', () => {
        clearTimeout(breaking);
        this.#silent.delete(socket);
      });
      return;
    }
    if (fault?.kind === 'answered') {
      answer.writeHead(fault.status, { ...fault.headers, 'content-length': Buffer.byteLength(fault.body) });
      answer.end(fault.body);
    } else if (said === null || (fault?.kind === 'reset' && fault.when === 'after')) {
      asked.socket.resetAndDestroy();
    } else await this.#deliver(said, fault, answer);
  }

  async #deliver(said: ServersAnswer, fault: Fault | null, answer: ServerResponse): Promise<void> {
    const { status, headers, body } = said;
    answer.writeHead(status, { ...headers, 'content-length': body.length });
    if (fault?.kind === 'reset') {
      answer.write(body.subarray(0, body.length / 2), () => answer.socket?.resetAndDestroy());
    } else if (fault?.kind === 'slow') {
      const size = Math.max(1, Math.ceil(body.length / fault.pieces));
      for (let at = 0; at < body.length; at += size) {
        await pause(fault.pauseMs, undefined, { signal: this.#closing.signal });
        answer.write(body.subarray(at, at + size));
      }
      answer.end();
    } else answer.end(body);
  }

  /** What the server says; null: it is not to be had. */
  async #ask(asked: IncomingMessage, body: Buffer): Promise<ServersAnswer | null> {
    if (this.target === null) return null;
    const headers = Object.entries(asked.headers).filter(([name]) => !HOP_HEADERS.includes(name));
    const passed = request(new URL(asked.url ?? '/', this.target), {
      method: asked.method,
      headers: { ...Object.fromEntries(headers), 'content-length': body.length },
      agent: this.#agent,
      signal: this.#closing.signal,
    });
    try {
      passed.end(body);
      const [response]: IncomingMessage[] = await once(passed, 'response');
      if (response === undefined) return null;
      const content = await buffer(response);
      this.passed += 1;
      const kept = Object.entries(response.headers).flatMap(([name, value]) =>
        value === undefined || HOP_HEADERS.includes(name) ? [] : [[name, value] as const],
      );
      return { status: response.statusCode ?? 502, headers: Object.fromEntries(kept), body: content };
    } catch {
      return null;
    }
  }
}

/** Opens a port; 0: any that is free. Resolves with it. */
async function listen(server: Server, port: number): Promise<number> {
  for (let trial = 1; ; trial += 1) {
    const wanted = port === 0 ? LOWEST_PORT + Math.floor(Math.random() * PORTS) : port;
    try {
      server.listen(wanted, '127.0.0.1');
      await once(server, 'listening');
      return wanted;
    } catch (error) {
      if (trial === 50) throw error;
      if (port !== 0) await pause(20);
    }
  }
}

async function shut(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}
