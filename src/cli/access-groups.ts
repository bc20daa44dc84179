import { z } from 'zod';
import { DaemonClient } from './daemon-client.ts';
import { CommandError, EXIT, type Terminal, table } from './terminal.ts';
import { readWords } from './words.ts';

const USAGE = 'access-groups list';

const groups = z.object({
  acs_access_groups: z.array(z.looseObject({ acs_access_group_id: z.string(), name: z.string() })),
});
const entrances = z.object({ acs_entrances: z.array(z.looseObject({ display_name: z.string() })) });

/** Lists the access groups and what their users may open. */
export const accessGroupsCommand = {
  usage: USAGE,
  async run(words: readonly string[], terminal: Terminal): Promise<void> {
    const { values, positionals } = readWords(words, {});
    if (positionals.join(' ') !== 'list') throw new CommandError(`usage: encoderctl ${USAGE}`, EXIT.usage);
    const daemon = new DaemonClient(values);
    const { acs_access_groups: found } = await daemon.call('/acs/access_groups/list', {}, groups);
    const lines: string[][] = [];
    for (const { acs_access_group_id, name } of found) {
      const path = '/acs/access_groups/list_accessible_entrances';
      const { acs_entrances } = await daemon.call(path, { acs_access_group_id }, entrances);
      lines.push([
        name,
        acs_entrances.map(({ display_name }) => display_name).join(', '),
        acs_access_group_id,
      ]);
    }
    terminal.result(
      found,
      lines.length === 0
        ? ['There are no access groups yet. Name them in the configuration, under site.access_groups.']
        : table(['NAME', 'ENTRANCES', 'ACCESS GROUP'], lines),
    );
  },
};
