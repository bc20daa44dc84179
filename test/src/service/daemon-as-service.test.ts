import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startDaemon, temporaryFolder } from '../main-process.ts';
import { HAS_SYSTEMD_NOTIFY, NotifyListener } from './notify-listener.ts';

test.skipIf(!HAS_SYSTEMD_NOTIFY)(
  'a daemon that runs as a service says that it is ready, that it lives and that it stops',
  async () => {
    const listener = await NotifyListener.open();
    const daemon = await startDaemon(temporaryFolder(), {
      NOTIFY_SOCKET: listener.socket,
      WATCHDOG_USEC: '1500000',
    });
    const ready = await listener.until(({ READY }) => READY === '1');
    expect(ready).toEqual({ READY: '1', WATCHDOG: '1', STATUS: '2 encoders are online.' });
    // Nothing was said before it listened.
    expect(listener.told[0]).toEqual(ready);
    expect((await fetch(new URL('/health', daemon.url))).status).toBe(200);
    await listener.until(({ WATCHDOG }) => WATCHDOG === '1', 1);
    await listener.until(({ WATCHDOG }) => WATCHDOG === '1', 2);
    expect(await daemon.stop()).toBe(0);
    expect(listener.told.at(-1)).toEqual({ STOPPING: '1', STATUS: 'The daemon is stopping.' });
  },
);

test('a service manager that is not there, and a systemd-notify that is not, keep no daemon from its work', async () => {
  const daemon = await startDaemon(temporaryFolder(), {
    NOTIFY_SOCKET: join(temporaryFolder(), 'nobody'),
    WATCHDOG_USEC: '1500000',
    PATH: temporaryFolder(),
  });
  expect((await fetch(new URL('/health', daemon.url))).status).toBe(200);
  expect(await daemon.stop()).toBe(0);
  expect(daemon.output.join('\n')).toContain('the service manager cannot be told how the daemon is');
});
