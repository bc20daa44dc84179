import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Msr605Device } from '../benches/msr605/msr605-device.ts';
import { StripeHand } from '../benches/msr605/swiping-hand.ts';
import { SimulatedSerialPort } from '../benches/ports/serial-bench.ts';
import { makeTwn4Bench, type Twn4Bench } from '../benches/twn4/twn4-bench.ts';
import { PROMISE_OF_TIME } from '../promise-of-time.ts';
import { SerialDesk } from './serial-desk.ts';
import { pn532Stand, type Stand } from './serial-stands.ts';
import { newCard, StoryDesk } from './story-desk.ts';

const ENCODERCTL = fileURLToPath(new URL('../../src/cli/encoderctl.ts', import.meta.url));

let desk: SerialDesk;
let twn4: Twn4Bench;
let msr605: Msr605Device;
let swipes: StripeHand;
/** What the stripe encoder was told to light, one after the other. */
const lamps: number[] = [];

beforeAll(async () => {
  twn4 = await makeTwn4Bench();
  const port = await SimulatedSerialPort.open();
  msr605 = new Msr605Device();
  port.onBytes = (bytes) => {
    msr605.receive(bytes);
    if (lamps.at(-1) !== msr605.lamps) lamps.push(msr605.lamps);
  };
  msr605.onSend = (bytes) => port.send(bytes);
  swipes = new StripeHand(msr605);
  swipes.isWilling = false;
  const stand = (driver: 'twn4' | 'msr605', path: string, dispose: () => Promise<void>): Stand => ({
    ...{ driver, options: { ports: [path] } },
    placeCard: driver === 'twn4' ? twn4.placeCard : (order) => swipes.placeCard(order),
    removeCard: driver === 'twn4' ? twn4.removeCard : () => swipes.removeCard(),
    unplug: async () => {},
    replug: async () => {},
    [Symbol.asyncDispose]: dispose,
  });
  desk = await SerialDesk.open(
    stand('twn4', twn4.port.path, twn4.dispose),
    stand('msr605', port.path, () => port[Symbol.asyncDispose]()),
    await pn532Stand(),
  );
});
afterAll(async () => {
  await desk[Symbol.asyncDispose]();
  expect(desk.desk.errorLines).toEqual([]);
});

/** How often something was seen, while the desk's slow clock goes as fast as the system's. */
const seen = (count: () => number) => {
  const look = () => {
    desk.clock.pass(40);
    return count();
  };
  return expect.poll(look, { interval: 50 });
};

/** Runs encoderctl on the desk's state folder. */
async function encoderctl(...words: readonly string[]): Promise<{ code: number; stdout: string }> {
  const env = { ...process.env, ENCODERD_STATE_DIR: desk.desk.stateDir };
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [ENCODERCTL, ...words], { env });
    return { code: 0, stdout };
  } catch (error) {
    return { code: Object(error).code, stdout: `${Object(error).stdout}${Object(error).stderr}` };
  }
}

describe('an encoder that is to say which one it is', () => {
  test('lights green and red three times, and sounds with it', async () => {
    const { status, body } = await desk.desk.raw.post('/v1/encoders/identify', {
      acs_encoder_id: desk.encoderId('twn4'),
    });
    expect({ status, body }).toMatchObject({ status: 200, body: { lasts_ms: 3600 } });
    const signs = () => twn4.port.reader.done.filter((sign) => sign.startsWith('beep'));
    await seen(() => signs().length).toBe(9);
    // One high tone, then two low ones.
    expect(signs().map((sign) => sign.split(' ')[3])).toEqual(
      Array.from({ length: 3 }, () => ['2400', '2057', '2057']).flat(),
    );
  });

  test('lights also where it waits for a swipe, and waits on', async () => {
    await using story = await StoryDesk.open(desk.bench('msr605'));
    const { action_attempt_id } = await story.scan();
    await expect.poll(() => msr605.arming?.kind).toBe('read_iso');
    lamps.length = 0;
    const { stdout, code } = await encoderctl('encoders', 'identify', 'msr605');
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('three times') });
    await seen(() => lamps.filter((lamp) => lamp === 0x83).length).toBe(3);
    await seen(() => lamps.filter((lamp) => lamp === 0x85).length).toBe(3);
    await expect.poll(() => msr605.arming?.kind).toBe('read_iso');
    const { body } = await desk.desk.raw.post('/action_attempts/get', { action_attempt_id });
    expect(body).toMatchObject({ action_attempt: { status: 'pending' } });
  });

  test('is told apart from one that has neither light nor sound', async () => {
    const { code, stdout } = await encoderctl('encoders', 'identify', desk.encoderId('pn532'));
    expect({ code, stdout }).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/^NXP PN532, firmware 1\.6 has neither light nor sound/),
    });
  });

  test('is not asked for by a name that nobody has', async () => {
    const { code, stdout } = await encoderctl('encoders', 'identify', 'nobody');
    expect({ code, stdout }).toMatchObject({
      code: 64,
      stdout: expect.stringContaining(desk.encoderId('twn4')),
    });
  });
});

describe('an encoder that is asked for its own round trip', () => {
  test.each([
    ['pn532', /communication line test/, /^the same 32 bytes came back$/],
    ['msr605', /ESC 65/, /^ESC 79/],
    ['twn4', /^GetVersionString$/, /^TWN4\/B/],
  ] as const)('answers as a %s does', PROMISE_OF_TIME, async (driver, asked, said) => {
    const { body } = await desk.desk.raw.post('/v1/encoders/ping', {
      acs_encoder_id: desk.encoderId(driver),
      count: 5,
    });
    const { pings } = Object(body);
    expect(pings).toHaveLength(5);
    for (const ping of pings) {
      expect(ping).toMatchObject({
        asked: expect.stringMatching(asked),
        said: expect.stringMatching(said),
      });
      expect(ping.took_ms).toBeGreaterThan(0);
      expect(ping.took_ms).toBeLessThan(500);
    }
  });

  test(
    'does not wait until a PN532 has ended its own look for cards, of 1.8 s',
    PROMISE_OF_TIME,
    async () => {
      const began = performance.now();
      const acs_encoder_id = desk.encoderId('pn532');
      await desk.desk.raw.post('/v1/encoders/ping', { acs_encoder_id, count: 5 });
      expect(performance.now() - began).toBeLessThan(3_000);
    },
  );

  test('sees cards as before', async () => {
    await using story = await StoryDesk.open(desk.bench('pn532'));
    await desk.desk.raw.post('/v1/encoders/ping', { acs_encoder_id: desk.encoderId('pn532') });
    const card = newCard();
    expect(await story.serve(await story.inspect(), card)).toMatchObject({ status: 'success' });
  });

  test('tells a technician half, 99 of 100, and the most', async () => {
    const loopback = ['loopback', desk.encoderId('twn4'), '--count', '25', '--json'];
    const { code, stdout } = await encoderctl(...loopback);
    expect(code).toBe(0);
    const { device_ms, whole_ms, said } = JSON.parse(stdout);
    expect(said).toMatch(/^TWN4/);
    expect(device_ms).toMatchObject({ count: 25, p50: expect.any(Number), p99: expect.any(Number) });
    expect(device_ms.least).toBeLessThanOrEqual(device_ms.p50);
    expect(device_ms.p50).toBeLessThanOrEqual(device_ms.p99);
    expect(device_ms.p50).toBeLessThanOrEqual(whole_ms.p50);
  });
});

describe('a card that is being worked on', () => {
  test('keeps everything else of its encoder away', async () => {
    await using story = await StoryDesk.open(desk.bench('msr605'));
    const acs_user_id = await story.guest('Stripe');
    const { body } = await desk.desk.raw.post('/acs/credentials/create', {
      acs_user_id,
      access_method: 'card',
    });
    const { acs_credential_id } = Object(body).acs_credential;
    const { action_attempt_id } = await story.encode({ acs_credential_id });
    await story.place(newCard('magnetic_stripe'));
    await expect.poll(() => msr605.arming?.kind).toMatch(/^write_/);
    const acs_encoder_id = desk.encoderId('msr605');
    for (const path of ['/v1/encoders/identify', '/v1/encoders/ping']) {
      const { status, body: refusal } = await desk.desk.raw.post(path, { acs_encoder_id });
      expect({ status, refusal }).toMatchObject({
        status: 409,
        refusal: { error: { type: 'encoder_busy' } },
      });
    }
    expect(msr605.arming?.kind).toMatch(/^write_/);
    swipes.isWilling = true;
    expect(await story.end(action_attempt_id)).toMatchObject({ status: 'success' });
    swipes.isWilling = false;
  });
});

describe('a serial port', () => {
  test('that the daemon holds is left alone, and named', async () => {
    const { code, stdout } = await encoderctl('loopback', twn4.port.path);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^Held by .*the daemon, .*pid \d+$/m);
    expect(stdout).toMatch(/name the encoder instead of the port/);
  });

  test('whose TX is bridged to RX gives back what is written, at every speed', async () => {
    await using port = await SimulatedSerialPort.open();
    port.onBytes = (bytes) => port.send(bytes);
    const { code, stdout } = await encoderctl('loopback', port.path, '--baud', '9600,115200');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^9600 baud +all 59 bytes came back, in /m);
    expect(stdout).toMatch(/^115200 baud +all 59 bytes came back, in /m);
    expect(stdout).toMatch(/^Lines +none at this port$/m);
    expect(stdout).toMatch(/the port, its driver and its cable work\.\n$/);
  });

  test('that gives back something else, or nothing, says so', async () => {
    await using port = await SimulatedSerialPort.open();
    port.onBytes = (bytes) => port.send(bytes.map((byte) => byte ^ 0x20));
    const bad = await encoderctl('loopback', port.path, '--baud', '9600', '--json');
    expect(bad.code).toBe(1);
    expect(JSON.parse(bad.stdout)).toMatchObject({
      is_looped: false,
      echoes: [{ sentBytes: 59, cameBytes: 59, sameBytes: 0, tookMs: null }],
    });
    port.onBytes = undefined;
    const mute = await encoderctl('loopback', port.path, '--baud', '9600');
    expect(mute).toMatchObject({ code: 1, stdout: expect.stringContaining('nothing came back of 59 bytes') });
  });

  test('that is none is told from one', async () => {
    expect((await encoderctl('loopback', '/dev/null/none')).code).toBe(64);
    expect((await encoderctl('loopback', '/etc/passwd')).stdout).toContain('is no serial port');
  });
});
