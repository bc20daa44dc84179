import { type Check, fine, warning } from '../check.ts';

/** What the drivers of the daemon that runs tell: a device that does not answer, or that runs another firmware than it should. */
export const driverTroubles: Check = {
  id: 'drivers',
  async look(desk) {
    const { health, url } = await desk.daemon();
    if (health === null) return [];
    const complaining = health.drivers.filter(
      ({ state, reason }) => state === 'unavailable' || reason !== undefined,
    );
    const names = health.drivers
      .filter((driver) => !complaining.includes(driver))
      .map(({ driver, state }) => `${driver} (${state})`)
      .join(', ');
    if (complaining.length === 0) {
      return [fine('drivers-work', `No driver has a complaint: ${names || 'none runs'}.`)];
    }
    // Of pcscd and who may ask it, the checks pcscd and pcscd-access tell more.
    const isTold =
      desk.isLinux &&
      complaining.some(({ driver }) => driver === 'pcsc') &&
      (await desk.pcsc()).state === 'refused';
    const troubled = complaining.filter(({ driver }) => !(isTold && driver === 'pcsc'));
    if (troubled.length === 0 && names !== '')
      return [fine('drivers-work', `No driver but pcsc has a complaint: ${names}.`)];
    return troubled.map(({ driver, state, reason = state }) =>
      warning({
        id: state === 'unavailable' ? 'driver-unavailable' : 'driver-trouble',
        summary: `The driver ${driver} cannot use everything that it should: ${reason}`,
        evidence: [`${url}/health: the driver ${driver} is ${state}`],
        cure: 'Do what it says; it goes on trying by itself.',
      }),
    );
  },
};
