import { openapi as seam } from '@seamapi/types/connect';
import { ownDocument } from '../seam-schema.ts';
import { compareSchemas, type Difference } from './compare.ts';

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;

/** Everything that our OpenAPI says differently from Seam's, of the paths that both have. */
export function openApiDifferences(): readonly Difference[] {
  const compared = new Set<string>();
  const differences = Object.entries(pathsOf(ownDocument))
    .filter(([path]) => path in pathsOf(seam))
    .flatMap(([path, item]) => comparePath(path, Object(pathsOf(seam)[path]), item, compared));
  const key = ({ at, ours, theirs }: Difference) => `${at}: ${ours} / ${theirs}`;
  return [...new Map(differences.map((difference) => [key(difference), difference])).values()];
}

function pathsOf(document: object): Readonly<Record<string, object>> {
  return Object(document).paths;
}

function comparePath(
  path: string,
  theirs: object,
  ours: object,
  compared: Set<string>,
): readonly Difference[] {
  return METHODS.filter((method) => method in theirs).flatMap((method) => {
    const [seams, own] = [Object(theirs)[method], Object(ours)[method]];
    if (own === undefined) return [{ at: path, ours: `no ${method}`, theirs: method }];
    const answer = (document: object, operation: object) => ({
      document,
      node: Object(operation).responses[200].content['application/json'].schema,
    });
    return [
      ...compareSchemas(parameters(seam, seams), parameters(ownDocument, own), 'in', path, compared),
      ...compareSchemas(answer(seam, seams), answer(ownDocument, own), 'out', path, compared),
    ];
  });
}

/** A query is compared as the object that it stands for. */
function parameters(document: object, operation: object): { document: object; node: object } {
  const { requestBody, parameters: query = [] } = Object(operation);
  const body: unknown = requestBody?.content['application/json'].schema;
  if (typeof body === 'object' && body !== null) return { document, node: body };
  const inQuery: readonly { name: string; required?: boolean; schema: object }[] = query;
  const required = inQuery.filter((one) => one.required === true).map(({ name }) => name);
  const properties = Object.fromEntries(inQuery.map(({ name, schema }) => [name, schema]));
  return { document, node: { type: 'object', properties, required } };
}
