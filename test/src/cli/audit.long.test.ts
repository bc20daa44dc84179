import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { FAMILIES, type Finding } from '../../../src/cli/audit/attack.ts';
import { attacks } from '../../../src/cli/audit/attacks.ts';
import { withTarget } from '../../../src/cli/audit/target.ts';
import { EVERY_ROW } from '../../../src/store/paging.ts';
import { openSqliteStore } from '../../../src/store/sqlite/sqlite-store.ts';
import { startOpenServer } from '../../benches/open-server.ts';
import { Shell } from './encoderctl-process.ts';

const OPEN_SERVER = fileURLToPath(new URL('../../benches/open-server.ts', import.meta.url));
const ENCODERCTL = fileURLToPath(new URL('../../../src/cli/encoderctl.ts', import.meta.url));

/** The longest that the whole suite may take, milliseconds. */
const LONGEST_MS = 110_000;

const scorecard = z.object({
  held: z.int(),
  holes: z.int(),
  not_tried: z.int(),
  took_ms: z.int(),
  attacks: z.array(
    z.looseObject({ id: z.string(), family: z.string(), outcome: z.string(), why: z.string().optional() }),
  ),
});

/** Whether networks can be made here; CI must be able to. */
const hasNetworks = spawnSync('unshare', ['--net', 'ip', 'link', 'set', 'lo', 'up']).status === 0;
if (!hasNetworks && process.env['CI'] === 'true') throw new Error('No network of its own can be made here.');
if (!hasNetworks)
  process.stderr.write('SKIPPED: no network can be made here; what listens beyond loopback was not tried.\n');

/** What cannot be tried everywhere. */
const MAY_BE_LEFT_OUT = ['listening-addresses', ...(hasNetworks ? [] : ['listening-own-network'])];

describe('against the daemon as it is installed by default', () => {
  test('no attack comes through, each family is tried, and nothing is left behind', async () => {
    await using shell = new Shell();
    const daemon = await shell.startDaemon();
    const { code, stdout, stderr } = await shell.run('audit', '--json');
    const { attacks: results, ...counts } = scorecard.parse(JSON.parse(stdout));
    expect(results.filter(({ outcome }) => outcome === 'hole')).toEqual([]);
    const left = results.filter(({ outcome }) => outcome === 'not_tried');
    expect(left.filter(({ id }) => !MAY_BE_LEFT_OUT.includes(id))).toEqual([]);
    expect(results.map(({ id }) => id)).toEqual(attacks.map(({ id }) => id));
    expect(counts.held).toBeGreaterThan(280);
    expect(counts.took_ms).toBeLessThan(LONGEST_MS);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const tried = results.filter(({ outcome }) => outcome === 'held').map(({ family }) => family);
    expect([...new Set(tried)].toSorted()).toEqual(Object.keys(FAMILIES).toSorted());

    expect(await shell.json('keys', 'list')).toMatchObject([
      { name: expect.stringMatching(/^audit [0-9a-f]{12}$/), revoked_at: expect.any(String) },
    ]);
    expect(await shell.json('origins', 'list')).toEqual([]);
    expect(await shell.json('sessions', 'list', '--all')).toEqual([]);
    using store = openSqliteStore(join(shell.stateDir, 'encoderd.db'));
    expect(store.pagePairings.list(Date.now())).toEqual([]);
    expect(store.attempts.list({}, EVERY_ROW).rows).toEqual([]);
    expect(daemon.output.filter((line) => line.includes('"level":50'))).toEqual([]);
    expect(await daemon.stop()).toBe(0);
  });

  test('takes back what it made when an attack fails badly', async () => {
    await using shell = new Shell();
    await shell.startDaemon();
    const fail = async () => {
      throw new Error('the attack broke');
    };
    await expect(withTarget({ 'state-dir': shell.stateDir }, fail)).rejects.toThrow('the attack broke');
    using store = openSqliteStore(join(shell.stateDir, 'encoderd.db'));
    expect(store.apiKeys.list()).toMatchObject([{ revokedAt: expect.any(Number) }]);
    expect(store.origins.list()).toEqual([]);
  });

  test('says to a person what was tried, of one family alone', async () => {
    await using shell = new Shell();
    await shell.startDaemon();
    const { code, stdout } = await shell.run('audit', '--family', 'paths');
    expect(stdout).toMatch(/^FAMILY +HELD +HOLES +NOT TRIED\npaths +\d+ +0 +0 /);
    expect(stdout).toMatch(/(\d+) of \1 attacks held, in [\d.]+ s\. The key and the page .* taken back\.\n$/);
    expect(code).toBe(0);
  });

  test('is used wrongly with 64, and has nothing to attack with 69', async () => {
    await using shell = new Shell();
    expect(await shell.run('audit', '--family', 'magic')).toMatchObject({
      code: 64,
      stderr: expect.stringContaining('There is no family of attacks "magic". There are: rebinding, '),
    });
    expect(await shell.run('audit', 'everything')).toMatchObject({ code: 64 });
    expect(await shell.run('audit')).toMatchObject({
      code: 69,
      stderr: expect.stringContaining('No daemon runs'),
    });
  });
});

/** A state folder as somebody made it who does not mind. */
function openFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'encoderd-open-'));
  for (const name of ['encoderctl.key', 'lock']) writeFileSync(join(folder, name), '');
  return folder;
}

/** How many attacks run side by side. */
const AT_ONCE = 8;

describe('against a server that lets everybody in', () => {
  const findings = new Map<string, Finding>();
  const stateDir = openFolder();

  beforeAll(async () => {
    await using server = await startOpenServer(stateDir);
    const url = `http://127.0.0.1:${server.port}`;
    writeFileSync(join(stateDir, 'daemon.json'), JSON.stringify({ url, pid: process.pid }));
    await withTarget({ 'state-dir': stateDir, program: OPEN_SERVER, patience: 0.2 }, async (target) => {
      for (const path of ['', ...readdirSync(stateDir)]) chmodSync(join(stateDir, path), 0o777);
      const run = async ({ id, run }: (typeof attacks)[number], at = target) => {
        findings.set(id, await run(at));
      };
      const of = (...paces: readonly string[]) => attacks.filter(({ pace }) => paces.includes(pace));
      const slow = Promise.all(of('slow').map((attack) => run(attack)));
      // A few at a time: what is not answered in time is a hole as well, and should not be one for want of a processor.
      const quick = of('quick');
      for (let n = 0; n < quick.length; n += AT_ONCE) {
        await Promise.all(quick.slice(n, n + AT_ONCE).map((attack) => run(attack)));
      }
      for (const attack of of('flood')) await run(attack);
      await slow;
      const gone = spawnSync(process.execPath, ['--version']).pid;
      for (const attack of of('last')) await run(attack, { ...target, pid: gone });
    });
  });
  afterAll(() => rmSync(stateDir, { recursive: true }));

  // Those look for sockets that others reach, which is tried in a network of its own.
  const here = attacks.filter(
    ({ id }) => !['listening-tcp', 'listening-udp', 'listening-addresses'].includes(id),
  );
  const shown = here.filter(({ id }) => hasNetworks || id !== 'listening-own-network');
  test.each(shown)('$id is seen to come through', ({ id }) => {
    expect(findings.get(id)).toEqual({
      outcome: 'hole',
      evidence: expect.stringMatching(/\S$/),
      advice: expect.stringMatching(/\S/),
    });
  });
});

describe('the scorecard of a server that lets everybody in', () => {
  test('names each hole with what was seen and what to do, and ends with 1', async () => {
    await using shell = new Shell();
    await using server = await startOpenServer(shell.stateDir);
    const url = `http://127.0.0.1:${server.port}`;
    writeFileSync(join(shell.stateDir, 'daemon.json'), JSON.stringify({ url, pid: process.pid }));
    const { code, stdout, stderr } = await shell.run('audit', '--family', 'rebinding');
    expect(code).toBe(1);
    expect(stderr).toMatch(/^\d+ attacks came through\.\n$/);
    expect(stdout).toMatch(/^rebinding +0 +\d+ +0 /m);
    expect(stdout).toMatch(
      /^HOLE rebinding-decimal: somebody writes 127\.0\.0\.1 as 2130706433\n {2}seen: .+\n {2}what to do: /m,
    );
  });
});

describe.skipIf(!hasNetworks)('against a server that others reach, in a network of its own', () => {
  test('the kernel’s table and the asking at each address show it', async () => {
    const stateDir = mkdtempSync(join(tmpdir(), 'encoderd-open-'));
    onTestFinished(() => rmSync(stateDir, { recursive: true }));
    const script = [
      'ip link set lo up && ip addr add 192.0.2.80/32 dev lo',
      '"$NODE" "$OPEN_SERVER" > "$ENCODERD_STATE_DIR/out" &',
      'for _ in $(seq 200); do test -s "$ENCODERD_STATE_DIR/out" && break; sleep 0.1; done',
      '"$NODE" "$ENCODERCTL" audit --family listening --json',
    ].join('\n');
    const child = spawn(
      'unshare',
      ['--net', '--pid', '--mount-proc', '--fork', '--kill-child', 'sh', '-c', script],
      {
        env: {
          ...process.env,
          NODE: process.execPath,
          OPEN_SERVER,
          ENCODERCTL,
          ENCODERD_STATE_DIR: stateDir,
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
    const results = scorecard.parse(JSON.parse(stdout)).attacks;
    const outcomes = Object.fromEntries(results.map(({ id, outcome }) => [id, outcome]));
    expect(outcomes, stderr).toMatchObject({
      'listening-tcp': 'hole',
      'listening-udp': 'hole',
      'listening-addresses': 'hole',
    });
  });
});
