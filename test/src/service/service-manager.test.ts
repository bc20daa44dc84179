import { describe, expect, test } from 'vitest';
import { createDoorbell } from '../../../src/doorbell.ts';
import { createLog, RecentLines } from '../../../src/log.ts';
import type { DeskStatus } from '../../../src/service/desk-status.ts';
import { type NotifyWishes, takeNotifyWishes } from '../../../src/service/notify-socket.ts';
import { serviceManager } from '../../../src/service/service-manager.ts';
import { FakeClock } from '../../fake-clock.ts';
import { HAS_SYSTEMD_NOTIFY, NotifyListener } from './notify-listener.ts';

const QUIET: DeskStatus = { onlineEncoders: 1, offlineEncoders: 0, troubles: [] };

/** A desk that is told of, and whoever hears of it. */
async function told(wishes: Partial<NotifyWishes> = {}) {
  const listener = await NotifyListener.open();
  const clock = new FakeClock();
  const recent = new RecentLines();
  const doorbell = createDoorbell();
  const desk = { now: QUIET };
  const manager = serviceManager(
    { socket: listener.socket, watchdogMs: 60_000, ...wishes },
    clock,
    createLog('silent', null, recent),
  );
  const change = (status: DeskStatus) => {
    desk.now = status;
    doorbell.ring();
  };
  manager.ready({ status: () => desk.now, listen: (heard) => doorbell.listen(heard) });
  return { listener, clock, manager, change, recent };
}

/** Lets everything happen that was begun. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('what the service manager wants', () => {
  test('is read once, and no process that is started later inherits it', () => {
    const env = { NOTIFY_SOCKET: '/run/a', WATCHDOG_USEC: '60000000', WATCHDOG_PID: '7', PATH: '/bin' };
    expect(takeNotifyWishes(env, 7)).toEqual({ socket: '/run/a', watchdogMs: 60_000 });
    expect(env).toEqual({ PATH: '/bin' });
  });

  test.each([
    ['the watch is over another process', { WATCHDOG_USEC: '60000000', WATCHDOG_PID: '8' }],
    ['there is no watch', {}],
    ['it is no number', { WATCHDOG_USEC: 'soon' }],
    ['it is 0', { WATCHDOG_USEC: '0' }],
  ])('%s: nobody is told that the daemon lives', (_, env) => {
    expect(takeNotifyWishes({ NOTIFY_SOCKET: '/run/a', ...env }, 7)).toEqual({
      socket: '/run/a',
      watchdogMs: null,
    });
  });

  test('is nothing without a socket', () => {
    expect(takeNotifyWishes({ WATCHDOG_USEC: '60000000' }, 7)).toBeNull();
  });
});

describe.skipIf(!HAS_SYSTEMD_NOTIFY)('the service manager hears (skipped without systemd-notify)', () => {
  test('that the daemon is ready, and how the desk is, at once', async () => {
    const { listener, manager } = await told();
    expect(await listener.until(() => true)).toEqual({
      READY: '1',
      WATCHDOG: '1',
      STATUS: '1 encoder is online.',
    });
    await manager.stopping();
  });

  test('a sign of life at a third of the time that it waits for one, for as long as the event loop turns', async () => {
    const { listener, clock, manager } = await told();
    await listener.until(({ READY }) => READY === '1');
    for (const beat of [1, 2, 3]) {
      await clock.waitedFor();
      clock.advance(19_999);
      await turn();
      expect(listener.told).toHaveLength(beat);
      clock.advance(1);
      expect(await listener.until(() => true, beat)).toEqual({ WATCHDOG: '1' });
    }
    await manager.stopping();
  });

  test('of a change of the desk at once, and of those that follow together, some seconds later', async () => {
    const { listener, clock, manager, change } = await told();
    await listener.until(({ READY }) => READY === '1');
    clock.advance(5_000);
    change({ ...QUIET, onlineEncoders: 2 });
    expect(await listener.until(() => true, 1)).toEqual({ STATUS: '2 encoders are online.' });
    change({ ...QUIET, onlineEncoders: 3 });
    await turn();
    await turn();
    change({ ...QUIET, onlineEncoders: 4 });
    await turn();
    await turn();
    expect(listener.told).toHaveLength(2);
    clock.advance(5_000);
    expect(await listener.until(() => true, 2)).toEqual({ STATUS: '4 encoders are online.' });
    await manager.stopping();
  });

  test('of a driver in trouble with the next sign of life, though nothing rang', async () => {
    const { listener, clock, manager, change } = await told();
    await listener.until(({ READY }) => READY === '1');
    change({ ...QUIET, troubles: [{ driver: 'pcsc', reason: 'pcscd does not run.' }] });
    await clock.waitedFor();
    clock.advance(20_000);
    const status = '1 encoder is online; in trouble: pcsc (pcscd does not run).';
    expect(await listener.until(({ STATUS }) => STATUS !== undefined, 1)).toMatchObject({ STATUS: status });
    await manager.stopping();
  });

  test('nothing of signs of life where nobody keeps watch', async () => {
    const { listener, clock, manager } = await told({ watchdogMs: null });
    expect(await listener.until(() => true)).toEqual({ READY: '1', STATUS: '1 encoder is online.' });
    await clock.waitedFor();
    clock.advance(60_000);
    await manager.stopping();
    expect(listener.told.slice(1)).toEqual([{ STOPPING: '1', STATUS: 'The daemon is stopping.' }]);
  });

  test('that the daemon stops before it has', async () => {
    const { listener, clock, manager } = await told();
    await manager.stopping();
    expect(listener.told.at(-1)).toMatchObject({ STOPPING: '1' });
    expect(clock.sleepers).toBe(0);
  });
});

describe('where nobody hears', () => {
  test('nothing rejects, and it is logged once', async () => {
    const recent = new RecentLines();
    const clock = new FakeClock();
    const wishes = { socket: '/nowhere/socket', watchdogMs: 60_000 };
    const manager = serviceManager(wishes, clock, createLog('warn', { write: () => {} }, recent));
    manager.ready({ status: () => QUIET, listen: () => () => {} });
    await clock.waitedFor();
    clock.advance(20_000);
    await manager.stopping();
    expect(recent.after(0, 100).map(({ line }) => line)).toEqual([
      expect.stringContaining('cannot be told how the daemon is'),
    ]);
  });

  test('nothing at all is done without a service manager', async () => {
    const clock = new FakeClock();
    const manager = serviceManager(null, clock, createLog('silent'));
    manager.ready({
      status: () => {
        throw new Error('nobody asks');
      },
      listen: () => {
        throw new Error('nobody listens');
      },
    });
    await manager.stopping();
    expect(clock.sleepers).toBe(0);
  });
});
