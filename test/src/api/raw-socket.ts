import { connect } from 'node:net';

/** Sends bytes to the daemon as they are, and resolves with everything that it answered until it closed. */
export function sendBytes(port: number, bytes: string | Uint8Array, host = '127.0.0.1'): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host });
    const chunks: Buffer[] = [];
    socket.setTimeout(5000, () => socket.destroy(new Error('The daemon neither answered nor closed.')));
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', (error) =>
      chunks.length > 0 ? resolve(Buffer.concat(chunks).toString()) : reject(error),
    );
    socket.on('close', () => resolve(Buffer.concat(chunks).toString()));
    socket.write(bytes);
  });
}

export interface ParsedAnswer {
  readonly status: number;
  readonly head: string;
  readonly body: unknown;
}

/** The first answer in what came over a socket. */
export function parseAnswer(text: string): ParsedAnswer {
  const [head = '', ...rest] = text.split('\r\n\r\n');
  const body = rest.join('\r\n\r\n');
  const isJson = /content-type: application\/json/i.test(head);
  return { status: Number(head.split(' ')[1]), head, body: isJson ? JSON.parse(body) : body };
}
