import { openapi as seam } from '@seamapi/types/connect';
import type { Operation } from '../../src/api/operation.ts';
import { operations } from '../../src/api/routes/index.ts';
import { UNSUPPORTED_ACCESS_CONTROL } from '../../src/api/unsupported/access-control.ts';
import { unsupportedGroups } from '../../src/api/unsupported.ts';
import { table } from './table.ts';

/** Seam's API for access control by folder: what is served, and of the rest why not. */
export function seamOperations(): string {
  const served = operations.filter(isSeams).map(toRow);
  const unserved = UNSUPPORTED_ACCESS_CONTROL.flatMap(({ reason, operations: paths }) =>
    paths.map(({ path, methods }) => ({
      path,
      isServed: false,
      cells: [`\`${path}\``, 'no', methods.join(' '), '', reason],
    })),
  );
  const folders = Map.groupBy([...served, ...unserved], ({ path }) => folderOf(path));
  const counted = `encoderd serves ${served.length} of the ${served.length + unserved.length} operations that Seam has for access control.`;
  const parts = [...folders]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([folder, rows]) => {
      const here = rows.filter(({ isServed }) => isServed).length;
      const sorted = rows.toSorted((a, b) => (a.path < b.path ? -1 : 1));
      return [
        `<details><summary><code>${folder}</code>: ${here === rows.length ? `all ${here}` : `${here} of ${rows.length}`}</summary>`,
        '',
        table(
          ['operation', 'served', 'methods', 'scope', 'what it does, or why it is not served'],
          sorted.map(({ cells }) => cells),
        ),
        '',
        '</details>',
      ].join('\n');
    });
  return [counted, ...parts].join('\n\n');
}

/** What only this desk has, under paths that Seam does not have. */
export function ownOperations(): string {
  return table(
    ['operation', 'methods', 'scope', 'what it does'],
    operations
      .filter((operation) => !isSeams(operation))
      .map((operation) => toRow(operation).cells.filter((_, column) => column !== 1)),
  );
}

/** The rest of Seam's API: one line a group. */
export function otherGroups(): string {
  return table(
    ['of Seam’s API', 'operations', 'why it is not served'],
    unsupportedGroups
      .filter((group) => !UNSUPPORTED_ACCESS_CONTROL.includes(group))
      .map(({ name, reason, operations: paths }) => [name, `${paths.length}`, reason]),
  );
}

/** What a client session that is bound to user identities may do. */
export function personalOperations(): string {
  return table(
    ['operation', 'scope', 'for whom'],
    operations
      .filter(({ isPersonal, isOwn }) => isPersonal === true || isOwn === true)
      .map(({ path, scopes, isOwn }) => [
        `\`${path}\``,
        scopes?.join(' or ') ?? '-',
        isOwn === true ? 'what is its own only' : 'the identity that `user_identity_id` names',
      ]),
  );
}

interface Row {
  readonly path: string;
  readonly isServed: boolean;
  readonly cells: readonly string[];
}

function toRow({ path, methods, scopes, needsApiKey, summary }: Operation): Row {
  const scope = scopes?.join(' or ') ?? '-';
  const cells = [
    `\`${path}\``,
    'yes',
    methods.join(' '),
    needsApiKey === true ? `${scope}, by an API key` : scope,
    summary,
  ];
  return { path, isServed: true, cells };
}

const isSeams = ({ path }: Operation): boolean => Object.hasOwn(Object(seam).paths, path);

/** `/acs/users` of `/acs/users/unmanaged/list`, `/events` of `/events/get`. */
function folderOf(path: string): string {
  const names = path.split('/');
  return names.slice(0, ['acs', 'seam'].includes(names[1] ?? '') ? 3 : 2).join('/');
}
