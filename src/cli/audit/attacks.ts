import type { Attack } from './attack.ts';
import { attacks as crossSite } from './cross-site.ts';
import { attacks as floods } from './floods.ts';
import { attacks as frames } from './frames.ts';
import { attacks as listening } from './listening.ts';
import { attacks as origins } from './origins.ts';
import { attacks as oversize } from './oversize.ts';
import { attacks as pairing } from './pairing.ts';
import { attacks as paths } from './paths.ts';
import { attacks as rebinding } from './rebinding.ts';
import { attacks as replays } from './replays.ts';
import { attacks as slow } from './slow.ts';
import { attacks as smuggling } from './smuggling.ts';
import { attacks as sockets } from './sockets.ts';
import { attacks as stateFolder } from './state-folder.ts';
import { attacks as tokens } from './tokens.ts';

/** Every attack there is. */
export const attacks: readonly Attack[] = [
  ...rebinding,
  ...origins,
  ...crossSite,
  ...sockets,
  ...frames,
  ...tokens,
  ...pairing,
  ...replays,
  ...smuggling,
  ...paths,
  ...oversize,
  ...slow,
  ...floods,
  ...listening,
  ...stateFolder,
];
