import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { VirtualDriver } from '../../../../drivers/virtual/index.ts';
import { VirtualCard } from '../../../../drivers/virtual/virtual-card.ts';
import { fromHex, toHex } from '../../../../src/card/hex.ts';
import { silentLog } from '../virtual-bench.ts';

const CARD = { technology: 'mifare_desfire', uid: '04782E21801D80' } as const;

test('a DESFire on a virtual encoder keeps its generation, and another one by its name is refused', async () => {
  const stateDir = await mkdtemp(join(tmpdir(), 'virtual-desfire-'));
  try {
    const driver = new VirtualDriver({ options: { encoders: 1 }, stateDir, log: silentLog });
    const signal = AbortSignal.timeout(5_000);
    const device = { id: 'virtual-1', name: '', capabilities: { technologies: [], isVirtual: true } };
    await using encoder = await driver.open(device, signal);
    const { simulator } = encoder;
    await simulator.placeCard({ ...CARD, generation: 'ev1' });
    expect((await encoder.awaitCard(signal)).card).toEqual(CARD);
    await simulator.removeCard();
    const other = simulator.placeCard({ ...CARD, generation: 'ev2' });
    await expect(other).rejects.toMatchObject({ code: 'card_unsupported' });
    await expect(simulator.placeCard(CARD)).resolves.toMatchObject(CARD);
    await expect(simulator.placeCard({ ...CARD, generation: 'ev1' })).resolves.toMatchObject(CARD);
  } finally {
    await rm(stateDir, { recursive: true, force: true });
  }
});

test('a DESFire that is pulled at an exchange has done it, or has not', async () => {
  const create = fromHex('90CA000005 563412 0F 81 00');
  for (const moment of ['before', 'after'] as const) {
    const card = new VirtualCard({ ...CARD, faults: { pulledAt: { exchange: 1, moment } } });
    await expect(card.transmit(create)).rejects.toMatchObject({ code: 'card_removed' });
    const again = new VirtualCard({ ...CARD, memory: card.memory });
    const ids = toHex(await again.transmit(fromHex('906A000000')));
    expect(ids).toBe(moment === 'before' ? '9100' : '5634129100');
  }
});
