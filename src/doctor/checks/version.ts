import type { Finding } from '../../model/finding.ts';
import { type Check, error, fine, note, warning } from '../check.ts';
import type { Desk } from '../desk.ts';

/** Whether the daemon that runs, what is installed, and the database go together. */
export const version: Check = {
  id: 'version',
  async look(desk) {
    const found = [...(await ofDaemon(desk)), ...(await ofPackage(desk)), ...(await ofDatabase(desk))];
    if (found.length > 0) return found;
    const { file, isAlive } = await desk.daemon();
    const state = await desk.state();
    const database = state.state === 'open' ? state.database : null;
    const compared = [
      ...(file !== null && isAlive ? ['the daemon that runs'] : []),
      ...(database !== null && database.version === database.knownVersion ? ['the database'] : []),
    ];
    const goes = compared.length === 1 ? 'goes' : 'go';
    const summary =
      compared.length === 0
        ? `encoderd ${desk.version} is installed; there is no daemon and no database to compare it with.`
        : `encoderd ${desk.version} is installed, and ${compared.join(' and ')} ${goes} with it.`;
    return [fine('versions-agree', summary)];
  },
  async fix(desk, _finding, say) {
    say('systemctl restart encoderd: what is installed runs from now on.');
    await desk.do('systemctl', ['restart', 'encoderd.service']);
  },
};

async function ofDaemon(desk: Desk): Promise<readonly Finding[]> {
  const { file, filePath, isAlive } = await desk.daemon();
  if (file === null || !isAlive || file.version === desk.version) return [];
  const unit = await desk.service();
  return [
    warning({
      id: 'version-mismatch',
      summary: `Another version runs (${file.version ?? 'an old one'}) than is installed (${desk.version}).`,
      evidence: [
        `${filePath}: version ${file.version ?? 'is not there'}`,
        `installed: ${desk.version} in ${desk.installation}`,
      ],
      cure: 'systemctl restart encoderd',
      isFixable: desk.isRoot && unit !== null && unit['MainPID'] === String(file.pid),
    }),
  ];
}

async function ofPackage(desk: Desk): Promise<readonly Finding[]> {
  if (!desk.isPackaged) return [];
  const format = ['Version', 'db:Status-Status'].map((field) => `\${${field}}`).join(' ');
  const outcome = await desk.run('dpkg-query', ['-W', '-f', format, 'encoderd']);
  const [installed = '', status = ''] = outcome?.stdout.split(' ') ?? [];
  if (outcome === null || outcome.code !== 0) return [];
  if (status === 'installed' && installed.split('-')[0] === desk.version) return [];
  return [
    error({
      id: 'package-half-installed',
      summary: `The package encoderd is ${status} at ${installed}, and its files are of ${desk.version}.`,
      evidence: [
        `dpkg-query -W encoderd: ${installed} ${status}`,
        `${desk.installation}/package.json: ${desk.version}`,
      ],
      cure: 'dpkg --configure -a, and apt-get install --reinstall encoderd',
    }),
  ];
}

async function ofDatabase(desk: Desk): Promise<readonly Finding[]> {
  const state = await desk.state();
  const database = state.state === 'open' ? state.database : null;
  if (database === null || database.version === null || database.version === database.knownVersion) return [];
  const evidence = [
    `${desk.stateDir}/encoderd.db: PRAGMA user_version is ${database.version}`,
    `encoderd ${desk.version} knows ${database.knownVersion}`,
  ];
  if (database.version > database.knownVersion) {
    return [
      error({
        id: 'database-newer',
        summary: 'The database was written by a newer encoderd than the one that is installed.',
        evidence,
        cure: 'Install the newer encoderd again; or put the database from before it back: encoderctl restore --last-good',
      }),
    ];
  }
  return [
    note({
      id: 'database-older',
      summary:
        'The database is of an older version: the next start brings it up, and keeps the old one beside it.',
      evidence,
      cure: '',
    }),
  ];
}
