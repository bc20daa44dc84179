import { ERROR_STATUS } from '../../src/api/errors.ts';
import { operations } from '../../src/api/routes/index.ts';
import { FAILURES } from '../../src/attempts/errors.ts';

const TABLES: Readonly<Record<string, () => string>> = {
  operations: () =>
    table(
      ['operation', 'methods', 'scope', 'what it does'],
      operations.map(({ path, methods, scopes, summary }) => [
        `\`${path}\``,
        methods.join(' '),
        scopes?.join(' or ') ?? '-',
        summary,
      ]),
    ),
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

function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(headings), `|${headings.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n');
}
