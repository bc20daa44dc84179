import { holdersOf } from '../../../drivers/ports/holders.ts';
import { type Check, error, fine, note, warning } from '../check.ts';
import { deviceFacts } from '../facts/device-facts.ts';
import { calledProcess, daemonsAmong, processes, withChildren } from '../facts/processes.ts';

/** Programs that take serial ports which are none of their business, and how to make them leave. */
const INTRUDERS: Readonly<Record<string, string>> = {
  ModemManager: 'systemctl disable --now ModemManager, or a udev rule with ENV{ID_MM_DEVICE_IGNORE}="1"',
  brltty: 'apt-get remove brltty',
};

/** Whether another program has a port or a HID device of a driver open; and whether what the configuration assigns is there. */
export const portHeld: Check = {
  id: 'port-held',
  async look(desk) {
    if (!desk.isLinux) return [];
    const { devices, absent } = deviceFacts(desk);
    const all = processes();
    const daemons = daemonsAmong(all).map(({ pid }) => pid);
    const ours = withChildren(all, daemons);
    const findings = await Promise.all(
      devices.map(async ({ driver, candidate: { path } }) => {
        const holders = (await holdersOf(path)).filter(({ pid }) => !ours.has(pid));
        const rivals = holders.map(({ pid, name }) => ({
          name,
          words: calledProcess(
            all.find((process) => process.pid === pid) ?? { pid, parent: 0, words: [name] },
          ),
        }));
        if (rivals.length === 0) return fine('port-free', `No other program has ${path} open (${driver}).`);
        const known = rivals.flatMap(({ name }) => INTRUDERS[name] ?? []);
        return error({
          id: 'port-held',
          summary: `Another program has ${path} open, which the driver ${driver} is for.`,
          evidence: rivals.map(({ words }) => `/proc: ${words} has ${path} open`),
          cure: known[0] ?? `End it: ${rivals.map(({ words }) => words).join(', ')}`,
        });
      }),
    );
    const missing = absent.map((message) =>
      warning({
        id: 'encoder-not-plugged-in',
        summary: 'An encoder that the configuration assigns to a driver is not plugged in.',
        evidence: [message],
        cure: 'Plug it in, or correct "ports" in the configuration.',
      }),
    );
    const unseen =
      devices.length > 0 && !desk.isRoot
        ? [
            note({
              id: 'port-holders-unseen',
              summary: 'Programs of other users that have a port open are seen by root only.',
              evidence: devices.map(({ candidate }) => candidate.path),
              cure: 'sudo encoderctl doctor',
            }),
          ]
        : [];
    return [...findings, ...missing, ...unseen];
  },
};
