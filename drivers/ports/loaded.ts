import { PortTrouble } from './contract.ts';
import { said } from './line-end.ts';

/** A native package, loaded when it is first needed. Rejects with PortTrouble `unloadable`. */
export async function loaded<Package>(name: string, load: () => Promise<Package>): Promise<Package> {
  try {
    return await load();
  } catch (cause) {
    const [why] = said(cause).split('\n');
    const cure = 'run npm install in the folder of encoderd, and start it again';
    throw new PortTrouble('unloadable', `the package ${name} cannot be loaded (${why}): ${cure}`, { cause });
  }
}
