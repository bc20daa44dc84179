import { describe, expect, test } from 'vitest';
import { PortTrouble } from '../../../drivers/ports/contract.ts';
import { MODES, type Mode } from '../../../drivers/twn4/codec/framing.ts';
import { lineToReader, MemoryLine } from '../../benches/twn4/memory-line.ts';
import { SimulatedReader } from '../../benches/twn4/simulated-reader.ts';
import { rejectionOf } from '../../contracts/encoder-desk.ts';
import { KeptLog } from '../../contracts/encoder-site.ts';
import { greet } from './greeted.ts';

const text = (line: string) => Uint8Array.from(Buffer.from(line, 'latin1'));

async function troubleOf(line: MemoryLine, options: object = {}): Promise<PortTrouble> {
  const error = await rejectionOf(greet(line, options));
  if (error instanceof PortTrouble) return error;
  throw error;
}

describe('a reader with the simple protocol', () => {
  test.each(MODES)('in mode %s is recognised', async (mode) => {
    const { line } = lineToReader(mode);
    const log = new KeptLog();
    const device = await greet(line, {}, log);
    expect(device.name).toBe('ELATEC TWN4');
    expect(device.capabilities.technologies).toContain('mifare_desfire');
    expect(log.lines.join()).toContain(`"mode":"${mode}"`);
    expect(log.lines.join()).toContain('TWN4/B1.64/NCF5.20/PRS1.04');
  });
  test.each(MODES)('in mode %s is asked in that mode alone where the configuration says so', async (mode) => {
    const { line } = lineToReader(mode);
    await greet(line, { mode });
    const isText = (bytes: Uint8Array) => /^[0-9A-F]*\r$/.test(Buffer.from(bytes).toString('latin1'));
    expect(new Set(line.written.map(isText))).toEqual(new Set([mode.startsWith('ascii')]));
  });
  test('is not sent text before it is known to be in no binary mode', async () => {
    const { line } = lineToReader('ascii');
    await greet(line);
    const [first, second] = line.written;
    expect(first).toEqual(Uint8Array.of(3, 0, 0x00, 0x04, 0xff));
    expect(second?.subarray(0, 5)).toEqual(Uint8Array.of(5, 0, 0x00, 0x04, 0xff));
  });
  test('searches for the kinds of cards that it supports and that have a lasting number', async () => {
    const { line, reader } = lineToReader('ascii');
    await greet(line, { mode: 'ascii' });
    // ISO 14443 A, ISO 15693, iCLASS and FeliCa; EM4x02 to EM4x50, HID Prox, Cotag.
    expect(reader.tagTypes).toEqual({ low: 0x0a0f, high: 0x0035 });
  });
  test('searches for no cards of 125 kHz where the configuration says so', async () => {
    const { line, reader } = lineToReader('ascii');
    await greet(line, { mode: 'ascii', low_frequency: false });
    expect(reader.tagTypes).toEqual({ low: 0, high: 0x0035 });
  });
  test('is left as it was found', async () => {
    const { line, reader } = lineToReader('ascii');
    const before = reader.tagTypes;
    const device = await greet(line, { mode: 'ascii' });
    await device.leave?.();
    expect(reader.tagTypes).toEqual(before);
    expect(reader.done.at(-1)).toBe('field off');
  });
  test('may have an app of another name', async () => {
    const reader = new SimulatedReader();
    reader.version = 'TWN4/B1.06/CCF4.51/HTL2.10/5';
    await expect(greet(lineToReader('ascii', reader).line)).resolves.toMatchObject({ name: 'ELATEC TWN4' });
  });
  test('is asked in vain in another mode than its own', async () => {
    const trouble = await troubleOf(lineToReader('ascii').line, { mode: 'ascii_crc' satisfies Mode });
    expect(trouble.message).toContain('twn4.mode');
  });
});

describe('something else at the port', () => {
  test('that says nothing is told, with the firmware image that is needed', async () => {
    const trouble = await troubleOf(new MemoryLine(() => {}));
    expect(trouble.kind).toBe('no_answer');
    expect(trouble.message).toContain('/dev/ttyACM0');
    expect(trouble.message).toContain('Simple_Protocol.bix');
  });
  test.each([
    ['as bytes that are a message', '04A2C3F1D25E80\r'],
    ['as bytes that begin like an answer', '00A2C3F1D25E80\r\n'],
    ['as digits', '1701234\r'],
    ['as bytes that could be a text', '000441424344\r'],
    ['as text', 'Card: 04A2C3F1D25E80\r\n'],
  ])(
    'that sends card numbers by itself, %s, is told as another app, without the number',
    async (_, number) => {
      const line = new MemoryLine((_bytes, send) => send(text(number)));
      const trouble = await troubleOf(line);
      expect(trouble.kind).toBe('wrong_device');
      expect(trouble.message).toContain('standard app');
      expect(trouble.message).not.toContain(number.replace(/[^0-9A-F]/g, '').slice(-6));
    },
  );
  test('that sends back what it gets is no TWN4', async () => {
    const line = new MemoryLine((bytes, send) => send(bytes));
    expect((await troubleOf(line)).kind).toBe('wrong_device');
  });
  test('that never stops sending does not hold the greeting up', async () => {
    const line = new MemoryLine((_bytes, send) => send(new Uint8Array(5_000).fill(0x55)));
    expect((await troubleOf(line)).kind).toBe('wrong_device');
  });
});
