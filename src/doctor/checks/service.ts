import type { Finding } from '../../model/finding.ts';
import { type Check, error, fine, note, warning } from '../check.ts';
import type { Desk } from '../desk.ts';
import type { ServiceFacts } from '../facts/service-facts.ts';

const UNIT = 'encoderd.service';

/** EX_CONFIG of sysexits.h: the daemon does not start with its configuration. */
const BAD_CONFIGURATION = '78';

/** Starting again once or twice is nothing; more is a sign. */
const MANY_RESTARTS = 3;

/** Whether the service is installed, starts with the computer, and runs. */
export const service: Check = {
  id: 'service',
  async look(desk) {
    const unit = await desk.service(UNIT);
    const { health, silence, url } = await desk.daemon();
    if (unit === null || unit['LoadState'] === 'not-found') {
      const why = unit === null ? 'systemd does not run this computer' : `systemd knows no ${UNIT}`;
      if (health !== null) return [fine('daemon-runs', `The daemon runs, and not as a service: ${why}.`)];
      return [
        error({
          id: 'daemon-not-running',
          summary: 'The daemon does not run.',
          evidence: [silence ?? `${url} does not answer`, why],
          cure: unit === null ? startByHand(desk) : 'apt-get install --reinstall encoderd',
        }),
      ];
    }
    return [...starts(desk, unit), ...runs(desk, unit, health === null ? silence : null)];
  },
  async fix(desk, finding, say) {
    switch (finding.id) {
      case 'service-not-enabled':
        say(`systemctl enable ${UNIT}: it starts with the computer from now on.`);
        return desk.do('systemctl', ['enable', UNIT]);
      default:
        say(`systemctl reset-failed ${UNIT}, systemctl restart ${UNIT}: it is started once more.`);
        await desk.do('systemctl', ['reset-failed', UNIT]);
        await desk.do('systemctl', ['restart', UNIT]);
    }
  },
};

/** How it is started where systemd does not do that: the command of encoderd(8), or that of a folder with the sources. */
function startByHand(desk: Desk): string {
  const { installation, configPath, stateDir } = desk;
  if (!desk.isPackaged) return `Start it: npm start, in ${installation}`;
  const become = desk.isRoot ? 'setpriv --reuid=encoderd --regid=encoderd --init-groups ' : '';
  const config = configPath === null ? '' : ` --config ${configPath}`;
  return `systemd, which would start it, does not run here. By hand: ${become}${installation}/bin/node ${installation}/src/main.ts${config} --state-dir ${stateDir}   (see encoderd(8))`;
}

function starts(desk: Desk, unit: ServiceFacts): readonly Finding[] {
  const state = unit['UnitFileState'] ?? '';
  if (state === 'enabled' || state === 'enabled-runtime')
    return [fine('service-enabled', 'The service starts with the computer.')];
  const isMasked = state.startsWith('masked');
  return [
    warning({
      id: isMasked ? 'service-masked' : 'service-not-enabled',
      summary: isMasked
        ? 'Somebody forbade systemd to start the service at all.'
        : 'The service does not start with the computer.',
      evidence: [`systemctl show ${UNIT}: UnitFileState=${state}`],
      cure: isMasked ? `systemctl unmask ${UNIT}, if that is wanted` : `systemctl enable ${UNIT}`,
      isFixable: desk.isRoot && !isMasked,
    }),
  ];
}

function runs(desk: Desk, unit: ServiceFacts, silence: string | null): readonly Finding[] {
  const { ActiveState: active, SubState: sub, Result: result, ExecMainStatus: status } = unit;
  const seen = `systemctl show ${UNIT}: ActiveState=${active} SubState=${sub} Result=${result} ExecMainStatus=${status} NRestarts=${unit['NRestarts']}`;
  const isRestarting = active === 'activating' && sub?.startsWith('auto-restart') === true;
  if (active === 'active' && silence === null) {
    const restarts = Number(unit['NRestarts'] ?? 0);
    if (restarts < MANY_RESTARTS) return [fine('service-runs', 'The service runs, and the daemon answers.')];
    return [
      note({
        id: 'service-restarts',
        summary: `The service runs, and was started again ${restarts} times by itself.`,
        evidence: [seen],
        cure: `journalctl -u ${UNIT} says why`,
      }),
    ];
  }
  const evidence = [seen, ...(silence === null ? [] : [silence])];
  if (status === BAD_CONFIGURATION) {
    return [
      error({
        id: 'service-configuration',
        summary:
          'The service ended because its configuration, or the state folder, cannot be used (exit code 78).',
        evidence,
        cure: `Correct what the other findings name, or journalctl -u ${UNIT} says; then: systemctl restart ${UNIT}`,
        // Somebody may have corrected it by now.
        isFixable: desk.isRoot && desk.config !== null,
      }),
    ];
  }
  if (active === 'failed' || isRestarting) {
    const isLimit = result === 'start-limit-hit';
    return [
      error({
        id: isLimit ? 'service-start-limit-hit' : 'service-failed',
        summary: isLimit
          ? 'The service failed so often that systemd does not start it any more.'
          : 'The service fails.',
        evidence,
        cure: `journalctl -u ${UNIT} says why; then: systemctl reset-failed ${UNIT} && systemctl restart ${UNIT}`,
        isFixable: desk.isRoot,
      }),
    ];
  }
  if (active === 'activating' || active === 'deactivating' || active === 'reloading') {
    return [
      note({
        id: 'service-changing',
        summary: 'The service is just starting or stopping.',
        evidence,
        cure: 'Look again in some seconds.',
      }),
    ];
  }
  return [
    error({
      id: active === 'active' ? 'service-silent' : 'service-not-running',
      summary: active === 'active' ? 'The service runs, and does not answer.' : 'The service does not run.',
      evidence,
      cure: `systemctl restart ${UNIT}`,
      isFixable: desk.isRoot,
    }),
  ];
}
