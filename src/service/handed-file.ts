import { statSync } from 'node:fs';
import { join } from 'node:path';

/** The path of a credential that the service manager hands over (systemd.exec(5), LoadCredential=); null: it hands none of this name. */
export function handedFile(name: string, env: NodeJS.ProcessEnv): string | null {
  const folder = env['CREDENTIALS_DIRECTORY'] ?? '';
  if (folder === '') return null;
  const path = join(folder, name);
  return statSync(path, { throwIfNoEntry: false }) === undefined ? null : path;
}
