import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { Shell } from './encoderctl-process.ts';

const encoders = z.object({ acs_encoders: z.array(z.object({ acs_encoder_id: z.string() })) });
const CARD = { technology: 'ntag215', uid: '04A1B2C3D4E5F6' };

test('captures an encoder into a file of its owner, shows that in the status, ends when told to, and the file replays', async () => {
  await using shell = new Shell();
  const daemon = await shell.startDaemon();
  const token = daemon.createApiKey('hand');
  const [first] = encoders.parse(await daemon.post(token, '/acs/encoders/list', {})).acs_encoders;
  const acs_encoder_id = first?.acs_encoder_id ?? '';
  const file = join(shell.stateDir, 'wire.jsonl');
  const running = shell.start('capture', acs_encoder_id, '--output', file, '--with-payload');
  const warned = await running.line((line) => line.includes('keys of cards'));
  expect(warned).toContain('may hold');
  await running.line((line) => line.startsWith('Capturing until'));
  const status = await shell.run('status');
  expect(status.stdout).toContain(`The encoder ${acs_encoder_id} is being captured (every byte`);
  await daemon.post(token, '/acs/encoders/simulate/place_card', { acs_encoder_id, card: CARD });
  running.process.kill('SIGINT');
  const { code, stdout } = await running.outcome;
  expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('lines in') });
  expect((await shell.run('status')).stdout).not.toContain('captured');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const text = readFileSync(file, 'utf8');
  expect(text).toContain(CARD.uid);

  expect(await shell.run('replay', file)).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('Equal'),
  });
  const wrong = join(shell.stateDir, 'other.jsonl');
  writeFileSync(wrong, text.replace('"out":"FFCA000000"', '"out":"FFCA000004"'));
  expect(await shell.run('replay', wrong)).toMatchObject({
    code: 1,
    stdout: expect.stringContaining('FF CA 00 00 [04]'),
  });

  const log = await shell.run('audit-log', 'list', '--json');
  expect(log.stdout).toContain('/v1/flight_recorder/start_capture');
  expect(log.stdout).toContain('"with_payload": true');
});

test('without its payload nothing of a card is in the file, it ends by itself, and is not replayed', async () => {
  await using shell = new Shell();
  const daemon = await shell.startDaemon();
  const token = daemon.createApiKey('hand');
  const [first] = encoders.parse(await daemon.post(token, '/acs/encoders/list', {})).acs_encoders;
  const acs_encoder_id = first?.acs_encoder_id ?? '';
  const file = join(shell.stateDir, 'wire.jsonl');
  const running = shell.start('capture', acs_encoder_id, '--output', file, '--seconds', '2');
  await running.line((line) => line.startsWith('Capturing until'));
  await daemon.post(token, '/acs/encoders/simulate/place_card', { acs_encoder_id, card: CARD });
  expect((await running.outcome).code).toBe(0);
  const text = readFileSync(file, 'utf8');
  expect(text).toContain('"name":"get data"');
  expect(text.toUpperCase()).not.toContain(CARD.uid.slice(0, 8));
  expect(await shell.run('replay', file)).toMatchObject({
    code: 64,
    stderr: expect.stringContaining('--with-payload'),
  });
  expect(await shell.run('capture', acs_encoder_id, '--output', file)).toMatchObject({
    code: 69,
    stderr: expect.stringContaining('There is a file'),
  });
});
