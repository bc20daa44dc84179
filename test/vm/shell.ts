import type { Socket } from 'node:net';
import { StringDecoder } from 'node:string_decoder';

/** What a command in the guest said and how it ended. */
export interface Outcome {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

/** A shell in the guest, at one of its channels: runs one command at a time. */
export class Shell {
  readonly #socket: Socket;
  readonly #decoder = new StringDecoder('utf8');
  #hear: (text: string) => void = () => {};

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (bytes) => this.#hear(this.#decoder.write(bytes)));
  }

  /**
   * `hear` gets the standard output as it comes. The standard input is what `write` writes, and empty where `isFed` is false.
   * The guest's own shell stays what it was: the command runs in a shell of its own.
   */
  run(command: string, isFed: boolean, hear: (text: string) => void): Promise<Outcome> {
    // NUL, which no command here prints, comes after each part: the output, the exit code, the errors, and the end.
    const errors = '/run/shell-errors-$$';
    const input = isFed ? '' : ' </dev/null';
    this.#socket.write(
      `sh -c ${quoted(command)}${input} 2>${errors}; printf '\\0%s\\0' $?; cat ${errors}; printf '\\0'\n`,
    );
    return new Promise((resolve, reject) => {
      const parts = [''];
      const closed = () => reject(new Error(`the guest went away in the middle of: ${command}`));
      this.#socket.once('close', closed);
      this.#hear = (text) => {
        const [first = '', ...more] = text.split('\0');
        if (parts.length === 1 && first !== '') hear(first);
        parts[parts.length - 1] += first;
        parts.push(...more);
        const [stdout = '', exitCode, stderr = ''] = parts;
        if (parts.length < 4) return;
        this.#socket.off('close', closed);
        resolve({ stdout, stderr, exitCode: Number(exitCode) });
      };
    });
  }

  write(text: string): void {
    this.#socket.write(text);
  }
}

/** As one word of the guest's shell. */
export function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
