import { DaemonClient } from './daemon-client.ts';
import { namedEncoder } from './encoders.ts';
import { roundTripLines, roundTrips } from './loopback/encoder.ts';
import { checkPort, DEFAULT_BAUD_RATES, portLines } from './loopback/port.ts';
import { CommandError, EXIT, type Terminal } from './terminal.ts';
import { wrongUseOf } from './verbs.ts';
import { readWords } from './words.ts';

const USAGE = 'loopback PORT [--baud RATE,RATE...] | loopback ENCODER [--count N]';

/** How often an encoder is asked. */
const COUNT = { usual: 100, most: 10_000 } as const;

/** Tests the way to a serial port (a path), or to an encoder and back. */
export const loopbackCommand = {
  usage: USAGE,
  async run(words: readonly string[], terminal: Terminal): Promise<number> {
    const { values, positionals } = readWords(words, {
      baud: { type: 'string' },
      count: { type: 'string' },
    });
    const [what, ...others] = positionals;
    if (what === undefined || others.length > 0) throw wrongUseOf([USAGE]);
    if (!what.includes('/')) {
      if (values.baud !== undefined) throw wrongUseOf([USAGE]);
      const daemon = new DaemonClient(values);
      const trips = await roundTrips(
        daemon,
        await namedEncoder(daemon, what),
        readCount(values.count),
        terminal,
      );
      terminal.result(trips, roundTripLines(trips));
      return 0;
    }
    if (values.count !== undefined) throw wrongUseOf([USAGE]);
    const report = await checkPort(what, readBaudRates(values.baud));
    terminal.result(report, portLines(report));
    return report.is_looped ? 0 : EXIT.failed;
  },
};

function readCount(word: string | undefined): number {
  if (word === undefined) return COUNT.usual;
  const count = /^\d+$/.test(word) ? Number(word) : 0;
  if (count >= 1 && count <= COUNT.most) return count;
  throw new CommandError(`--count is 1 to ${COUNT.most}, not "${word}".`, EXIT.usage);
}

function readBaudRates(words: string | undefined): readonly number[] {
  if (words === undefined) return DEFAULT_BAUD_RATES;
  const rates = words.split(',').map((word) => (/^\d+$/.test(word) ? Number(word) : 0));
  if (rates.every((rate) => rate >= 50 && rate <= 4_000_000)) return rates;
  throw new CommandError(`--baud is one speed or several, as 9600,115200, not "${words}".`, EXIT.usage);
}
