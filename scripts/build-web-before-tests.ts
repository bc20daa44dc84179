import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** Tests in a browser get what the checkout holds now, also when they are run by hand. */
export function setup(): void {
  execFileSync('sh', [join(import.meta.dirname, 'setup.sh'), 'check'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}
