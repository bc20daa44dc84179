import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { drivers } from '../../drivers/index.ts';
import { configSchema, readConfig } from '../../src/config.ts';
import { driverProblems } from '../../src/wanted-drivers.ts';

const FILE = join(import.meta.dirname, '../../scripts/package/files/encoderd.yaml');
const text = readFileSync(FILE, 'utf8');

/** With every option taken out of its comment. */
const allOptions = text.replaceAll(/^#(?! (?! ))/gm, '');

function read(yaml: string) {
  const folder = mkdtempSync(join(tmpdir(), 'encoderd-config-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'encoderd.yaml');
  writeFileSync(path, yaml);
  return readConfig(['--config', path], {}, driverProblems);
}

/** The names of all options of a schema, of options in options too. */
function namesOf(schema: z.ZodType): readonly string[] {
  const names: string[] = [];
  z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
    override: ({ jsonSchema }) => {
      names.push(...Object.keys(jsonSchema.properties ?? {}));
    },
  });
  return names;
}

/** What describes one bit of one card, or what a port is called at USB; the file shows some of them. */
const IN_EXAMPLES = ['serial_number', 'interface'];

test('the installed configuration is valid, and runs every driver but the one of encoders made of code', () => {
  const { drivers: named } = read(text);
  const real = drivers.map(({ name }) => name).filter((name) => name !== 'virtual');
  expect(Object.keys(named ?? {}).sort()).toEqual(real.sort());
});

test('it changes no default but the drivers', () => {
  const { drivers: _, ...given } = read(text);
  const { drivers: __, ...byDefault } = read('');
  expect(given).toEqual(byDefault);
});

test('every option in its comments is valid too', () => {
  expect(allOptions).toMatch(/^ {2}kept_audit_days: 730$/m);
  const config = read(allOptions);
  expect(config.backend?.endpoint).toBe('https://connect.getseam.com');
  expect(config.site.name).toBe('Front desk');
});

test('what stands in its comments as a default is the default', () => {
  const all = read(allOptions);
  const none = read('');
  for (const name of [
    'limits',
    'attempts',
    'card_formats',
    'card_format_settings',
    'port',
    'log_level',
  ] as const) {
    expect({ [name]: all[name] }).toEqual({ [name]: none[name] });
  }
});

test('it names every option that there is', () => {
  const names = [
    configSchema,
    ...drivers.filter(({ name }) => name !== 'virtual').map(({ options }) => options),
  ].flatMap(namesOf);
  expect(names).toEqual(
    expect.arrayContaining(['state_dir', 'picc_master_key', 'hold_ms', 'exchange_timeout_ms']),
  );
  const missing = names.filter((name) => !new RegExp(`\\b${name}\\b`).test(text));
  expect(missing.filter((name) => !IN_EXAMPLES.includes(name))).toEqual([]);
});
