import type { WebSocket } from 'ws';

/** How long nothing is read of a socket that sends too much, milliseconds. */
const HOLD_MS = 100;

/**
 * Holds a socket that sends too much: for a moment nothing more is read of it, so that whoever sends has to wait (TCP stops taking more), and nobody
 * else has to. What was read already is still worked on.
 */
export class Brake {
  readonly #socket: WebSocket;
  #holding: NodeJS.Timeout | undefined;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('close', () => clearTimeout(this.#holding));
  }

  hold(): void {
    if (this.#holding !== undefined) return;
    this.#socket.pause();
    this.#holding = setTimeout(() => {
      this.#holding = undefined;
      this.#socket.resume();
    }, HOLD_MS);
  }
}
