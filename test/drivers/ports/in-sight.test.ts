import { expect, test } from 'vitest';
import { PortTrouble } from '../../../drivers/ports/contract.ts';
import { isInSight } from '../../../drivers/ports/in-sight.ts';
import { ScriptedSource } from '../../benches/ports/scripted-source.ts';

test('there is something to do where a device is, or should be', async () => {
  const nothing = new ScriptedSource();
  const absent = new ScriptedSource();
  absent.troubles = [new PortTrouble('absent', '/dev/c is not there')];
  expect(await isInSight([])).toBe(false);
  expect(await isInSight([nothing])).toBe(false);
  expect(await isInSight([nothing, new ScriptedSource('/dev/a')])).toBe(true);
  expect(await isInSight([nothing, absent])).toBe(true);
});
