import type { Computer } from '../computer.ts';

/** Properties of a unit by name, as `systemctl show` tells them (org.freedesktop.systemd1(5)): `ActiveState`. */
export type ServiceFacts = Readonly<Record<string, string>>;

const PROPERTIES = [
  ...['LoadState', 'ActiveState', 'SubState', 'UnitFileState', 'Result', 'MainPID', 'NRestarts'],
  ...['ExecMainStatus', 'ExecMainCode', 'IPAddressDeny', 'FragmentPath', 'StatusText'],
];

/** null: systemd does not run this computer, or does not answer. */
export async function serviceFacts(desk: Computer, unit: string): Promise<ServiceFacts | null> {
  if (!desk.hasSystemd) return null;
  const outcome = await desk.run('systemctl', ['show', unit, `--property=${PROPERTIES.join(',')}`]);
  if (outcome === null || outcome.code !== 0) return null;
  return Object.fromEntries(
    outcome.stdout
      .split('\n')
      .filter((line) => line.includes('='))
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
}
