import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { ByteQueue } from './byte-queue.ts';
import type { VolatileDisk } from './volatile-disk.ts';

/**
 * The NBD protocol (https://github.com/NetworkBlockDevice/nbd/blob/master/doc/proto.md), as much of it as QEMU needs: fixed newstyle negotiation,
 * simple replies, one export whatever its name.
 */

const NBD_MAGIC = Buffer.from('NBDMAGIC');
const OPTION_MAGIC = Buffer.from('IHAVEOPT');
const OPTION_REPLY_MAGIC = 0x3e889045565a9n;
const REQUEST_MAGIC = 0x25609513;
const REPLY_MAGIC = 0x67446698;

const FIXED_NEWSTYLE = 1;
const NO_ZEROES = 2;
const OPTION = { abort: 2, go: 7 } as const;
const OPTION_REPLY = { acknowledged: 1, info: 3, unsupported: 0x80000001 } as const;
/** NBD_FLAG_HAS_FLAGS, NBD_FLAG_SEND_FLUSH, NBD_FLAG_SEND_FUA. */
const EXPORT_FLAGS = 1 | 4 | 8;
const COMMAND = { read: 0, write: 1, disconnect: 2, flush: 3 } as const;
const FORCED_UNIT_ACCESS = 1;
const INVALID = 22;

/** Serves a disk to one QEMU at a time, at a Unix socket. */
export class NbdServer implements AsyncDisposable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server) {
    this.#server = server;
  }

  static async listen(path: string, disk: VolatileDisk): Promise<NbdServer> {
    const server = createServer();
    const nbd = new NbdServer(server);
    server.on('connection', (socket) => {
      nbd.#sockets.add(socket);
      // QEMU is ended without a word: what it asked last was not answered.
      serve(socket, disk).catch(() => socket.destroy());
    });
    server.listen(path);
    await once(server, 'listening');
    return nbd;
  }

  /** Cuts every connection; the disk hears nothing any more. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

async function serve(socket: Socket, disk: VolatileDisk): Promise<void> {
  const input = new ByteQueue(socket);
  socket.write(Buffer.concat([NBD_MAGIC, OPTION_MAGIC, uint16(FIXED_NEWSTYLE | NO_ZEROES)]));
  await input.take(4);
  for (;;) {
    const head = await input.take(16);
    const option = head.readUInt32BE(8);
    await input.take(head.readUInt32BE(12));
    if (option === OPTION.abort) return void socket.end(optionReply(option, OPTION_REPLY.acknowledged));
    if (option !== OPTION.go) {
      socket.write(optionReply(option, OPTION_REPLY.unsupported));
      continue;
    }
    const info = Buffer.concat([uint16(0), uint64(BigInt(disk.size)), uint16(EXPORT_FLAGS)]);
    socket.write(optionReply(option, OPTION_REPLY.info, info));
    socket.write(optionReply(option, OPTION_REPLY.acknowledged));
    break;
  }
  while (await answer(socket, input, disk));
  socket.end();
}

/** One request; resolves with false once QEMU says goodbye. */
async function answer(socket: Socket, input: ByteQueue, disk: VolatileDisk): Promise<boolean> {
  const head = await input.take(28);
  if (head.readUInt32BE(0) !== REQUEST_MAGIC) throw new Error('not a request of the NBD protocol');
  const flags = head.readUInt16BE(4);
  const handle = head.subarray(8, 16);
  const offset = Number(head.readBigUInt64BE(16));
  const length = head.readUInt32BE(24);
  const reply = (error: number, data: Uint8Array = Buffer.alloc(0)) =>
    socket.write(Buffer.concat([uint32(REPLY_MAGIC), uint32(error), handle, data]));
  switch (head.readUInt16BE(6)) {
    case COMMAND.read:
      return reply(0, disk.read(offset, length)) || true;
    case COMMAND.write:
      disk.write(offset, await input.take(length));
      if ((flags & FORCED_UNIT_ACCESS) !== 0) disk.flush();
      return reply(0) || true;
    case COMMAND.flush:
      disk.flush();
      return reply(0) || true;
    case COMMAND.disconnect:
      return false;
    default:
      return reply(INVALID) || true;
  }
}

function optionReply(option: number, type: number, data: Uint8Array = Buffer.alloc(0)): Buffer {
  return Buffer.concat([uint64(OPTION_REPLY_MAGIC), uint32(option), uint32(type), uint32(data.length), data]);
}

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function uint64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(value);
  return bytes;
}
