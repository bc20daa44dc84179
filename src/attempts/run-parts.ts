import type { CardSite } from '../card/program.ts';
import type { Logger } from '../log.ts';
import type { Site } from '../site/site.ts';

/** What every attempt needs to run. */
export interface RunParts {
  readonly site: Site;
  /** The site's formats and keys, as they are now. Throws SiteKeysError. */
  readonly cardSite: () => CardSite;
  readonly log: Logger;
}
