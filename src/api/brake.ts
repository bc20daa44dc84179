import type { WebSocket } from 'ws';

/** How long nothing is read of a socket that sends too much, milliseconds. */
const HOLD_MS = 100;

/** How often one may be refused for it, beyond what it was allowed meanwhile, before it is a flood. */
const MOST_REFUSED = 200;

/**
 * Holds a socket that sends too much: for a moment nothing more is read of it, so that whoever sends has to wait (TCP stops taking more), and nobody
 * else has to. What was read already is still worked on.
 */
export class Brake {
  readonly #socket: WebSocket;
  #holding: NodeJS.Timeout | undefined;
  #refused = 0;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('close', () => clearTimeout(this.#holding));
  }

  /** Something of it was refused. Returns whether it goes on regardless, so that it should be closed. */
  hold(): boolean {
    this.#refused += 1;
    if (this.#holding === undefined) {
      this.#socket.pause();
      this.#holding = setTimeout(() => {
        this.#holding = undefined;
        this.#socket.resume();
      }, HOLD_MS);
    }
    return this.#refused > MOST_REFUSED;
  }

  /** Something of it was allowed. */
  ease(): void {
    this.#refused = Math.max(0, this.#refused - 1);
  }
}
