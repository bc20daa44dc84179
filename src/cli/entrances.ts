import { z } from 'zod';
import { DaemonClient } from './daemon-client.ts';
import { CommandError, EXIT, type Terminal, table } from './terminal.ts';
import { readWords } from './words.ts';

const USAGE = 'entrances list | entrances add NAME';

const entrance = z.looseObject({ acs_entrance_id: z.string(), number: z.int(), display_name: z.string() });
const page = z.object({
  acs_entrances: z.array(entrance),
  pagination: z.object({ next_page_cursor: z.string().nullable() }),
});

type ListedEntrance = z.output<typeof entrance>;

/** Lists the entrances and makes new ones. */
export const entrancesCommand = {
  usage: USAGE,
  async run(words: readonly string[], terminal: Terminal): Promise<void> {
    const { values, positionals } = readWords(words, {});
    const [verb, name, ...others] = positionals;
    if (verb === 'list' && name === undefined) {
      const entrances = await listEntrances(new DaemonClient(values));
      terminal.result(
        entrances,
        entrances.length === 0
          ? ['There are no entrances yet. Make one with: encoderctl entrances add NAME']
          : table(
              ['NUMBER', 'NAME', 'ENTRANCE'],
              entrances.map((one) => [String(one.number), one.display_name, one.acs_entrance_id]),
            ),
      );
      return;
    }
    if (verb !== 'add' || name === undefined || others.length > 0) {
      throw new CommandError(`usage: encoderctl ${USAGE}`, EXIT.usage);
    }
    const { acs_entrance } = await new DaemonClient(values).call(
      '/v1/entrances/create',
      { display_name: name },
      z.object({ acs_entrance: entrance }),
    );
    terminal.result(acs_entrance, [
      `"${acs_entrance.display_name}" is entrance ${acs_entrance.number}: locks and cards know it by that number.`,
    ]);
  },
};

async function listEntrances(daemon: DaemonClient): Promise<readonly ListedEntrance[]> {
  const all: ListedEntrance[] = [];
  let page_cursor: string | null = null;
  do {
    const answer: z.output<typeof page> = await daemon.call('/acs/entrances/list', { page_cursor }, page);
    all.push(...answer.acs_entrances);
    page_cursor = answer.pagination.next_page_cursor;
  } while (page_cursor !== null);
  return all;
}
