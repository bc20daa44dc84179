import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { containersWork } from '../doctor/systemd-container.ts';
import { handedOutPackage, VERSION, VERSION_BEFORE } from '../vm/service/packages.ts';
import { DeskComputer, STICK } from './desk-computer.ts';

const LONG = { timeout: 120_000 };
/** Of the virtual machine's image, and of the file system of the state. */
const NEEDED = [
  '/dev/loop-control',
  '/usr/sbin/mkfs.ext4',
  '/usr/bin/mmdebstrap',
  '/usr/bin/qemu-system-x86_64',
];
const STATE = '/var/lib/encoderd';

const deb = (version: string) => `${STICK}/encoderd_${version}_amd64.deb`;
const diagnosis = z.object({ findings: z.array(z.object({ id: z.string(), severity: z.string() })) });
const encoderList = z.array(z.object({ acs_encoder_id: z.string(), driver: z.string() }));
const acceptance = z.object({ verdict: z.string(), functions: z.array(z.object({ result: z.string() })) });
const manifest = z.object({ files: z.array(z.object({ name: z.string() })), missing: z.array(z.unknown()) });

describe.skipIf(!containersWork(NEEDED))('installed on a clean Debian without a network', () => {
  const packages = mkdtempSync(join(tmpdir(), 'encoderd-stick-'));
  let desk: DeskComputer;
  let key = '';
  beforeAll(async () => {
    for (const version of [VERSION_BEFORE, VERSION]) handedOutPackage(version, packages);
    desk = await DeskComputer.open(packages);
  }, 900_000);
  afterAll(async () => {
    desk?.transcript.keep();
    await desk?.[Symbol.asyncDispose]();
    rmSync(packages, { recursive: true, force: true });
  });

  const guests = async () => (await desk.app('guests')).stdout.trim();
  /** What the doctor finds worse than a note, but for what no container has: a clock of its own. */
  const troubles = async () => {
    const { findings } = diagnosis.parse(
      JSON.parse(await desk.look('encoderctl doctor --json --patience 60')),
    );
    return findings
      .filter(({ severity }) => severity === 'warning' || severity === 'error')
      .map(({ id }) => id)
      .filter((id) => !id.startsWith('clock-'));
  };
  const runs = () =>
    desk.until('the service runs', async () =>
      (await desk.shown('ActiveState')) === 'active' ? true : undefined,
    );
  const encoderIds = async () =>
    encoderList
      .parse(JSON.parse(await desk.look('encoderctl encoders --json')))
      .map(({ acs_encoder_id }) => acs_encoder_id)
      .toSorted();

  test('dpkg -i: the service is active and enabled, and is the user encoderd', LONG, async () => {
    desk.transcript.chapter('Installed from a stick; the computer has no network');
    const { code } = await desk.technician(`dpkg -i ${deb(VERSION_BEFORE)}`);
    expect(code).toBe(0);
    await desk.technician('systemctl status --no-pager --lines 0 encoderd');
    expect(await desk.look('systemctl is-active encoderd; systemctl is-enabled encoderd')).toBe(
      'active\nenabled',
    );
    expect(await desk.look(`ps -o user= -p ${await desk.shown('MainPID')}`)).toBe('encoderd');
    expect(await desk.look(`stat -c '%U %a' ${STATE}; find ${STATE} ! -user encoderd`)).toBe('encoderd 700');
    expect(await desk.look('tail -n +3 /proc/net/dev | cut -d : -f 1; ip route 2>/dev/null')).toMatch(
      /^\s*lo$/,
    );
  });

  test('the doctor finds nothing wrong', LONG, async () => {
    desk.transcript.chapter('Is anything in the way?');
    await desk.technician('encoderctl doctor');
    expect(await troubles()).toEqual([]);
    await desk.technician('encoderctl status');
  });

  test('an encoder made of code is accepted, once the configuration names one', LONG, async () => {
    desk.transcript.chapter('An encoder to try it with');
    await desk.technician(
      "sed -i 's/^drivers:$/&\\n  virtual: { encoders: 1 }/' /etc/encoderd/encoderd.yaml",
    );
    expect((await desk.technician('systemctl restart encoderd')).code).toBe(0);
    const encoders = encoderList.parse(JSON.parse(await desk.look('encoderctl encoders --json')));
    await desk.technician('encoderctl encoders');
    const id = encoders.find(({ driver }) => driver === 'virtual')?.acs_encoder_id;
    const { code } = await desk.technician(
      `encoderctl acceptance ${id?.slice(0, 8)} --simulate --html acceptance.html --output acceptance.json`,
    );
    expect(code).toBe(0);
    const report = acceptance.parse(JSON.parse(await desk.look('cat acceptance.json')));
    expect(report.verdict).toBe('passed');
    expect(report.functions.filter(({ result }) => result === 'pass').length).toBeGreaterThan(10);
    expect(await desk.look('cat acceptance.html')).toMatch(/^<!doctype html>[\s\S]*passed/i);
  });

  test(
    'the official client, of a clerk, assigns a card on the virtual encoder and one in pcscd’s reader',
    LONG,
    async () => {
      desk.transcript.chapter('The property’s app, run by the clerk');
      const made = await desk.technician('encoderctl keys create --name "Front desk"');
      key = /seam_\S+/.exec(made.stdout)?.[0] ?? '';
      expect(key).not.toBe('');
      desk.useKey(key);
      await desk.app('encoders');
      const onVirtual = await desk.app("assign 'Virtual encoder' Ada simulate");
      expect(onVirtual.stdout).toMatch(
        /^SCAN_TO_ASSIGN_CREDENTIAL success\nAda has card \S+, which is issued$/m,
      );
      const inPcscd = await desk.appWithCard("assign 'Virtual PCD' Grace", '04B1B2B3B4B5B6');
      expect(inPcscd).toMatch(/^SCAN_TO_ASSIGN_CREDENTIAL success\nGrace has card \S+, which is issued$/m);
      expect(await guests()).toBe('Ada\nGrace');
    },
  );

  test(
    'a disk that is full refuses with storage_unavailable, and serves again once there is room',
    LONG,
    async () => {
      desk.transcript.chapter('The state on a disk of its own, which fills up');
      await desk.look(`mknod /dev/state b 7 ${desk.disk.number}`);
      await desk.technician(
        `systemctl stop encoderd; mount /dev/state /mnt && cp -a ${STATE}/. /mnt/ && umount /mnt && mount /dev/state ${STATE} && systemctl start encoderd`,
      );
      expect(await troubles()).toEqual(['disk-nearly-full']);
      const pid = await desk.shown('MainPID');
      await desk.look(`runuser -u encoderd -- dd if=/dev/zero of=${STATE}/filler bs=4k; sync`);
      await desk.technician(`df -h ${STATE}`);
      expect((await desk.app('add Refused')).stdout).toMatch(
        /^Refused with 503 storage_unavailable: .*Make room/,
      );
      expect((await desk.app("assign 'Virtual encoder' Refused simulate")).stdout).toContain(
        'storage_unavailable',
      );
      expect(await guests()).toBe('Ada\nGrace');
      await desk.technician("encoderctl doctor | grep -A 3 '^[✗!]'");
      expect(await troubles()).toEqual(['disk-full']);
      await desk.technician(`rm ${STATE}/filler`);
      expect((await desk.app("assign 'Virtual encoder' Edsger simulate")).stdout).toContain(
        'Edsger has card',
      );
      expect(await guests()).toBe('Ada\nEdsger\nGrace');
      expect(await desk.shown('MainPID')).toBe(pid);
      expect(await desk.shown('NRestarts')).toBe('0');
    },
  );

  test(
    'a disk that fails is read-only: nothing is taken, and the daemon stays; started anew it is tried again until the disk is back',
    LONG,
    async () => {
      desk.transcript.chapter('The disk fails: the kernel makes it read-only');
      const pid = await desk.shown('MainPID');
      // Soft: the disk comes back in any case, for the tests after this one.
      // As ext4 does it by itself after an error (ext4(5), errors=remount-ro).
      await desk.look(`mount -o remount,abort ${STATE}`);
      expect.soft((await desk.app('add Refused')).stdout).toMatch(/^Refused with 503 storage_unavailable/);
      expect.soft(await guests()).toBe('Ada\nEdsger\nGrace');
      expect.soft(await desk.shown('MainPID')).toBe(pid);
      await desk.technician("encoderctl doctor | grep -A 3 '^[✗!]'");
      // What else it says follows from that.
      expect.soft((await troubles())[0]).toBe('disk-read-only');

      await desk.technician('timeout 6 systemctl restart encoderd');
      const journal = await desk.until('it is tried a third time, later', async () => {
        const text = await desk.look('journalctl -o cat --no-pager -u encoderd');
        return /failed 2 times within ten minutes: waiting 2 s/.test(text) ? text : undefined;
      });
      expect.soft(journal).toContain('EROFS');
      expect.soft(journal).not.toMatch(/a bug:/);
      expect
        .soft(journal.match(/Main process exited, code=exited, status=\d+\S*/g))
        .toEqual([
          'Main process exited, code=exited, status=75/TEMPFAIL',
          'Main process exited, code=exited, status=75/TEMPFAIL',
        ]);
      desk.transcript.add(
        '#',
        'journalctl -o cat -n 6 -u encoderd',
        journal.split('\n').slice(-6).join('\n'),
      );

      await desk.until('nothing of the daemon is on the disk', async () => {
        const outcome = await desk.container.attempt(`umount ${STATE}`);
        return outcome.code === 0 ? true : undefined;
      });
      desk.transcript.add('#', `umount ${STATE}`, '');
      const checked = await desk.until('the disk can be checked', async () => {
        try {
          return desk.disk.check();
        } catch {
          return undefined;
        }
      });
      desk.transcript.add('#', 'e2fsck -p /dev/state', checked);
      await desk.technician(`mount /dev/state ${STATE}`);
      await runs();
      expect(await guests()).toBe('Ada\nEdsger\nGrace');
      expect(await troubles()).toEqual(['disk-nearly-full']);
      expect((await desk.technician('encoderctl audit-log verify')).code).toBe(0);
    },
  );

  test('the bundle is a tar archive without the keys of the desk', LONG, async () => {
    desk.transcript.chapter('A bundle for whoever looks into it');
    expect((await desk.technician('encoderctl bundle bundle.tar.gz')).code).toBe(0);
    await desk.technician('tar -tzf bundle.tar.gz');
    const listed = manifest.parse(JSON.parse(await desk.look('tar -xzOf bundle.tar.gz MANIFEST.json')));
    expect(listed.files.length).toBeGreaterThan(5);
    expect(listed.missing).toEqual([]);
    const own = await desk.look(`cat ${STATE}/encoderctl.key`);
    const siteKeys = await desk.look(`cat ${STATE}/site-keys.json`);
    const secrets = [key, own, ...(siteKeys.match(/[0-9a-zA-Z+/=_-]{24,}/g) ?? [])];
    expect(secrets.length).toBeGreaterThan(2);
    // The journal is root's to read: systemd's lines are in it.
    expect(await desk.look('tar -xzOf bundle.tar.gz log.jsonl')).toContain('Started encoderd.service');
    const everything = await desk.look('tar -xzOf bundle.tar.gz');
    expect(everything.length).toBeGreaterThan(1000);
    expect(secrets.filter((secret) => everything.includes(secret))).toEqual([]);
  });

  test('the next version keeps guests, encoders and the configuration', LONG, async () => {
    desk.transcript.chapter('The next version');
    const kept = { ids: await encoderIds(), guests: await guests() };
    const format = await desk.look(`ls ${STATE}/*.before-* 2>/dev/null`);
    expect((await desk.technician(`dpkg -i ${deb(VERSION)}`)).code).toBe(0);
    await runs();
    await desk.technician('encoderctl --version');
    expect({ ids: await encoderIds(), guests: await guests() }).toEqual(kept);
    expect(await desk.look("grep -c 'virtual: { encoders: 1 }' /etc/encoderd/encoderd.yaml")).toBe('1');
    // Both packages are made of one tree: no migration ran, so no older database is kept.
    expect(await desk.look(`ls ${STATE}/*.before-* 2>/dev/null`)).toBe(format);
    expect(await troubles()).toEqual(['disk-nearly-full']);
  });

  test('the version before is refused, and the daemon goes on', LONG, async () => {
    desk.transcript.chapter('Back to the version before, by mistake');
    const pid = await desk.shown('MainPID');
    const refused = await desk.technician(`dpkg -i ${deb(VERSION_BEFORE)}`);
    expect(refused.code).not.toBe(0);
    expect(refused.stdout).toContain('the daemon goes on as it is');
    expect(await desk.look(`dpkg-query -W -f '\${Version} \${db:Status-Abbrev}' encoderd`)).toBe(
      `${VERSION} ii`,
    );
    expect(await desk.shown('MainPID')).toBe(pid);
    expect(await guests()).toBe('Ada\nEdsger\nGrace');
  });

  test('a daemon that is killed is back as another process', LONG, async () => {
    desk.transcript.chapter('The daemon is killed');
    const pid = await desk.shown('MainPID');
    expect(Number(pid)).toBeGreaterThan(1);
    await desk.technician(`kill -KILL ${pid}`);
    await desk.until('another process runs', async () => {
      const now = await desk.shown('MainPID');
      return now !== pid && now !== '0' && (await desk.shown('ActiveState')) === 'active' ? true : undefined;
    });
    expect(await guests()).toBe('Ada\nEdsger\nGrace');
  });

  test('purge leaves nothing, and of a disk of its own the place where it is mounted', LONG, async () => {
    desk.transcript.chapter('Removed');
    expect((await desk.technician('dpkg --purge encoderd')).code).toBe(0);
    expect(await left()).toBe(STATE);
    expect(await desk.look(`ls -A ${STATE}; stat -c %U ${STATE}`)).toBe('root');
    await desk.technician(`umount ${STATE}`);
    expect((await desk.technician(`dpkg -i ${deb(VERSION)}`)).code).toBe(0);
    expect((await desk.technician('dpkg --purge encoderd')).code).toBe(0);
    expect(await left()).toBe('');
  });

  /** Whatever the package or the daemon has left. */
  const left = () =>
    desk.look(
      "find / -xdev -iname '*encoderd*' ! -path '/proc/*' ! -path '/sys/*' ! -name encoderd-vm.conf; getent passwd encoderd; getent group encoderd; ps -e -o user:20=,args= | grep -E '^encoderd|/usr/lib/encoderd' | grep -v grep",
    );
});
