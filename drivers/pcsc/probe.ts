import { probeService, serviceSocket } from './service.ts';

/*
 * A program: connects to pcscd as the driver does (SCardEstablishContext of libpcsclite), as whoever runs it, and tells on standard output what came of it:
 * `{"readers": [...]}` with the names of the readers, or `{"code", "refusal"}`. It touches no reader and no card.
 */

/** The package lists readers on a thread of its own, and tells of each by itself. */
const LISTED_MS = 400;

const SOCKET_REFUSALS: Readonly<Record<string, string>> = {
  ENOENT: 'nothing is there',
  ECONNREFUSED: 'nobody listens',
  EACCES: 'this user may not connect',
  ETIMEDOUT: 'nobody accepts the connection',
};

function tell(answer: object): void {
  process.stdout.write(`${JSON.stringify(answer)}\n`, () => {
    // The package holds threads that do not end by themselves.
    process.kill(process.pid, 'SIGKILL');
  });
}

async function probe(): Promise<void> {
  const code = await probeService();
  if (code !== undefined) {
    tell({ code, refusal: `${serviceSocket()}: ${SOCKET_REFUSALS[code] ?? 'it does not answer'} (${code})` });
    return;
  }
  const { NFC } = await import('nfc-pcsc');
  try {
    const readers: string[] = [];
    const nfc = new NFC();
    nfc.on('reader', ({ name, reader }) => {
      readers.push(name);
      // Else the package connects to a card that lies there.
      reader.removeAllListeners('status');
    });
    nfc.on('error', (error) => tell({ code: statusIn(error), refusal: error.message }));
    setTimeout(() => tell({ readers }), LISTED_MS);
  } catch (error) {
    const refusal = error instanceof Error ? error.message : String(error);
    tell({ code: statusIn(error), refusal });
  }
}

/** `0x8010006a`, as the package writes it into its messages. */
function statusIn(error: unknown): string {
  const [status = 'unknown'] = /0x[0-9a-f]{8}/i.exec(String(error)) ?? [];
  return status.toLowerCase();
}

await probe();
