import { ERROR_STATUS } from '../../src/api/errors.ts';
import { FAILURES } from '../../src/attempts/errors.ts';
import { clientErrors } from './client-errors.ts';
import { otherGroups, ownOperations, personalOperations, seamOperations } from './operations.ts';
import { table } from './table.ts';

/** The documents that have tables from the code, from the top of the checkout. */
export const DOCUMENTS: readonly string[] = ['README.md', 'docs/client-sessions.md', 'docs/client.md'];

const TABLES: Readonly<Record<string, () => string>> = {
  seam_operations: seamOperations,
  other_groups: otherGroups,
  own_operations: ownOperations,
  personal_operations: personalOperations,
  client_errors: clientErrors,
  errors: () =>
    table(
      ['status', '`error.type`'],
      [...Map.groupBy(Object.entries(ERROR_STATUS), ([, status]) => status)]
        .sort(([a], [b]) => a - b)
        .map(([status, types]) => [`${status}`, types.map(([type]) => `\`${type}\``).join(', ')]),
    ),
  failures: () =>
    table(
      [
        '`error.reason`',
        '`error.type` of a scan',
        '`error.type` of a scan to assign',
        '`error.type` of an encode',
        'what the person reads',
      ],
      Object.entries(FAILURES).map(([reason, { type, sentence }]) => [
        `\`${reason}\``,
        `\`${type.SCAN_CREDENTIAL ?? 'uncategorized_error'}\``,
        `\`${type.SCAN_TO_ASSIGN_CREDENTIAL ?? 'uncategorized_error'}\``,
        `\`${type.ENCODE_CREDENTIAL ?? 'uncategorized_error'}\``,
        sentence,
      ]),
    ),
};

/** The document with every table between `<!-- generated: NAME -->` and `<!-- end -->` made anew. Throws for an unknown name. */
export function generateTables(document: string): string {
  return document.replace(
    /(<!-- generated: (\w+) -->\n)[\s\S]*?(<!-- end -->)/g,
    (_, begin: string, name: string, end: string) => {
      const make = TABLES[name];
      if (make === undefined)
        throw new Error(`There is no table "${name}". There are: ${Object.keys(TABLES)}`);
      return `${begin}${make()}\n${end}`;
    },
  );
}
