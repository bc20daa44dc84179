import { expect, test } from 'vitest';
import { configuration } from '../../src/doctor/checks/configuration.ts';
import { configFile, evidenceOf, look, shown } from './doctor-bed.ts';

test('every problem of the configuration is told at once, with the file', async () => {
  const config = configFile('port: many\nsite: { time_zone: Nowhere }\ndrivers: { tarot: {} }\n');
  const findings = await look(configuration, { config });
  expect(shown(findings)).toEqual(['error configuration-invalid']);
  const evidence = evidenceOf(findings, 'configuration-invalid');
  for (const problem of ['port: ', 'site.time_zone: ', 'There is no driver "tarot"'])
    expect(evidence).toMatch(new RegExp(`${config}: .*${problem}`));
});

test('a file that is not there, or is no YAML, cannot be used', async () => {
  for (const config of ['/nonexistent/encoderd.yaml', configFile('a: [b\n')])
    expect(shown(await look(configuration, { config }))).toEqual(['error configuration-invalid']);
});

test('a file that is no YAML is told with the line and what to correct, and with its path once', async () => {
  const config = configFile('site:\n  name: Lobby\ndrivers: { virtual: {}\nport: 3375\n');
  const evidence = evidenceOf(await look(configuration, { config }), 'configuration-invalid');
  expect(evidence).toBe(`${config} cannot be read: line 3: the { is never closed`);
});

test('one that is valid is fine, as is none at all', async () => {
  const config = configFile('port: 4000\n');
  expect(shown(await look(configuration, { config }))).toEqual(['ok configuration-valid']);
  expect(shown(await look(configuration))).toEqual(['ok configuration-valid']);
});
