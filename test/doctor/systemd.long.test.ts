import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { checkoutContainer, checkoutContainersWork } from './checkout-container.ts';
import type { SystemdContainer } from './systemd-container.ts';

const said = z.object({
  findings: z.array(z.object({ id: z.string(), severity: z.string(), evidence: z.array(z.string()) })),
  fixed: z.array(z.object({ id: z.string(), failure: z.string().nullable() })).default([]),
});
const LONG = { timeout: 240_000 };

describe.skipIf(!checkoutContainersWork())(
  'the service under a real systemd, with a real pcscd.socket',
  () => {
    let container: SystemdContainer;
    beforeAll(async () => {
      container = await checkoutContainer();
      await container.run('systemctl enable encoderd; systemctl start encoderd');
    }, 180_000);
    afterAll(() => container?.[Symbol.asyncDispose]());

    /** Ids with their severities, but of what a container cannot have: a clock of its own. */
    async function doctor(words = ''): Promise<readonly string[]> {
      const text = await container.run(
        `ENCODERD_STATE_DIR=/var/lib/encoderd ENCODERD_CONFIG=/etc/encoderd/encoderd.yaml \
        node src/cli/encoderctl.ts doctor --json --patience 60 ${words}`,
        LONG.timeout,
      );
      const { findings } = said.parse(JSON.parse(text));
      return findings
        .map(({ id, severity }) => `${severity} ${id}`)
        .filter((line) => !line.includes('clock'));
    }
    const troubles = (lines: readonly string[]) =>
      lines.filter((line) => /^(error|warning)/.test(line)).toSorted();

    test('is fine as it is installed', LONG, async () => {
      const lines = await doctor();
      expect(troubles(lines)).toEqual([]);
      expect(lines).toEqual(
        expect.arrayContaining([
          'ok service-runs',
          'ok service-enabled',
          'ok pcscd-works',
          'ok pcscd-lets-in',
        ]),
      );
    });

    test(
      'is found disabled, its files root’s, and pcscd’s socket off; --fix mends all of it',
      LONG,
      async () => {
        await container.run(
          'systemctl stop pcscd.socket pcscd.service; systemctl disable encoderd; : >/var/lib/encoderd/stray; chmod 600 /var/lib/encoderd/stray',
        );
        expect(troubles(await doctor())).toEqual([
          'error pcscd-socket-not-active',
          'error state-not-owned',
          'warning service-not-enabled',
        ]);
        expect(troubles(await doctor('--fix'))).toEqual([]);
        expect(await container.run('systemctl is-active pcscd.socket; systemctl is-enabled encoderd')).toBe(
          'active\nenabled\n',
        );
      },
    );

    test(
      'with a configuration that cannot be used is told so; corrected, --fix starts it',
      LONG,
      async () => {
        await container.run('echo "port: many" >>/etc/encoderd/encoderd.yaml; systemctl restart encoderd');
        expect(troubles(await doctor())).toEqual([
          'error configuration-invalid',
          'error service-configuration',
        ]);
        await container.run('sed -i "/port: many/d" /etc/encoderd/encoderd.yaml');
        expect(troubles(await doctor('--fix'))).toEqual([]);
      },
    );

    test('with a damaged database goes on from the last good copy by --fix', LONG, async () => {
      const copies = () => container.run('ls /var/lib/encoderd/copies 2>/dev/null');
      await expect.poll(copies, { timeout: 60_000 }).toMatch(/\.db\n/);
      await container.run(
        'systemctl stop encoderd; cd /var/lib/encoderd; rm -f encoderd.db-wal encoderd.db-shm; head -c 65536 /dev/urandom >encoderd.db; systemctl start encoderd',
      );
      expect(troubles(await doctor())).toEqual(['error database-damaged', 'error service-configuration']);
      expect(troubles(await doctor('--fix'))).toEqual([]);
    });
  },
);
