import { once } from 'node:events';
import { chmodSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';

/** Commands and structures of winscard_msg.h of pcsc-lite 1.9. */
const CMD_ESTABLISH_CONTEXT = 0x01;
const CMD_VERSION = 0x11;
const CMD_GET_READERS_STATE = 0x12;
const CMD_WAIT_READER_STATE_CHANGE = 0x13;
const CMD_STOP_WAITING_READER_STATE_CHANGE = 0x14;
/** wait_reader_state_change, that says that all is well. */
const STOPPED_BYTES = 8;
/** PCSCLITE_MAX_READERS_CONTEXTS of READER_STATE, without a name: no reader. */
const NO_READERS_BYTES = 16 * 184;
const HEADER_BYTES = 8;
const PROTOCOL = { major: 4, minor: 4 };
const SCARD_W_SECURITY_VIOLATION = 0x8010006a;

/**
 * What stands in for a pcscd that asks polkit, which Debian 12's does not: as long as `isAllowed` says no, it answers SCardEstablishContext as such a one does.
 * It listens at `path`, for everybody. Once allowed, it has no reader and says no more than that the context is made.
 */
export async function listenAsRefusingPcscd(
  path: string,
  isAllowed: () => boolean,
): Promise<AsyncDisposable> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    let bytes = Buffer.alloc(0);
    socket.on('data', (more: Buffer) => {
      bytes = Buffer.concat([bytes, more]);
      while (bytes.length >= HEADER_BYTES) {
        const size = bytes.readUInt32LE(0);
        if (bytes.length < HEADER_BYTES + size) return;
        const body = bytes.subarray(HEADER_BYTES, HEADER_BYTES + size);
        const answer = answerTo(bytes.readUInt32LE(4), Buffer.from(body), isAllowed());
        bytes = bytes.subarray(HEADER_BYTES + size);
        if (answer !== null) socket.write(answer);
      }
    });
  }).listen(path);
  await once(server, 'listening');
  chmodSync(path, 0o666);
  return {
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function answerTo(command: number, body: Buffer, isAllowed: boolean): Buffer | null {
  switch (command) {
    case CMD_VERSION:
      body.writeInt32LE(PROTOCOL.major, 0);
      body.writeInt32LE(PROTOCOL.minor, 4);
      body.writeUInt32LE(0, 8);
      return body;
    case CMD_ESTABLISH_CONTEXT:
      body.writeUInt32LE(isAllowed ? 1 : 0, 4);
      body.writeUInt32LE(isAllowed ? 0 : SCARD_W_SECURITY_VIOLATION, 8);
      return body;
    case CMD_STOP_WAITING_READER_STATE_CHANGE:
      return Buffer.alloc(STOPPED_BYTES);
    case CMD_GET_READERS_STATE:
    case CMD_WAIT_READER_STATE_CHANGE:
      return Buffer.alloc(NO_READERS_BYTES);
    default:
      return null;
  }
}
