import { read } from 'node:fs';
import { promisify } from 'node:util';
import type { NativePort } from './serial-line.ts';

const readNow = promisify(read);

/** What an open port of the package serialport has where the system is a Unix: Windows has no `poller`. */
interface UnixPort extends NativePort {
  /** Null once it is closed. */
  readonly fd: number | null;
  /** The callback gets an error when the port is closed, or the system says that it has an error. */
  readonly poller: { once(event: 'readable', callback: (error: Error | null) => void): unknown };
}

/**
 * The same port, whose `read` rejects when the system says that there is no more to come: so it ends a terminal whose device was pulled while nobody waited for it.
 * The package takes that for nothing yet and asks again, for ever (github.com/serialport/bindings-cpp, issue 162).
 */
export function endingPort(port: NativePort | UnixPort): NativePort {
  if (!('poller' in port)) return port;
  return {
    get isOpen() {
      return port.isOpen;
    },
    read: (buffer, offset, length) => readUntilEnd(port, buffer, offset, length),
    write: (bytes) => port.write(bytes),
    close: () => port.close(),
  };
}

async function readUntilEnd(port: UnixPort, buffer: Buffer, offset: number, length: number) {
  // It may be closed while the system is asked: a poller that is asked then breaks the process.
  while (port.fd !== null) {
    try {
      const { bytesRead } = await readNow(port.fd, buffer, offset, length, null);
      if (bytesRead === 0) throw new Error('end of file');
      return { bytesRead };
    } catch (error) {
      if (!isNotYet(error)) throw error;
    }
    if (port.fd !== null) await readable(port);
  }
  throw new Error('the port was closed');
}

/** Nothing has come, or a signal came first: read(2), EAGAIN and EINTR. */
function isNotYet(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'EAGAIN' || error.code === 'EINTR');
}

function readable({ poller }: UnixPort): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  poller.once('readable', (error) => (error === null ? resolve() : reject(error)));
  return promise;
}
