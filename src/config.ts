import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { defaultStateDir } from './default-state-dir.ts';
import { CARD_NUMBER_FORMATS } from './model/card.ts';
import { CARD_FORMATS, type CardFormat, type FormatSettings } from './model/card-format.ts';
import { ENTRANCE_NAME } from './model/entrance.ts';
import { stripeLayoutProblems } from './model/stripe-layout.ts';
import { SYSTEM_TYPES } from './model/system-type.ts';
import { hasNoSecret, isHost, isOrigin } from './model/web-address.ts';
import { parseYaml } from './parse-yaml.ts';

const origin = z.string().refine(isOrigin, 'Expected an origin as https://pms.example.com, without a path');

const host = z
  .string()
  .toLowerCase()
  .refine(isHost, 'Expected a host as encoderd.hotel.example or 10.0.0.5:8443, without scheme and path');

/** Flags and environment bring text, the file a number. Nothing else is a port: coercing would take `true` for 1. */
const port = z.preprocess(
  (given) => (typeof given === 'string' && /^\d+$/.test(given) ? Number(given) : given),
  z.int().min(0).max(65_535),
);

/** YAML takes digits alone for a number, and forgets zeros that they begin with. */
const NUMBER_FOR_TEXT = 'This is read as a number: put it in quotes, as "123456"';

const entranceName = z
  .string()
  .trim()
  .normalize('NFC')
  .regex(ENTRANCE_NAME, 'Expected 1 to 200 characters, and no control characters');

const systemType = z.enum(SYSTEM_TYPES);

/** A template in the language of src/model/stripe-layout.ts; null: the track is left alone. */
const stripeTrack = z
  .string({ error: ({ input }) => (typeof input === 'number' ? NUMBER_FOR_TEXT : undefined) })
  .nullable();

/** The configuration file. Everything has a default. */
export const configSchema = z.strictObject({
  state_dir: z.string().min(1).optional(),
  port: port.default(3375),
  log_level: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  site: z
    .strictObject({
      name: z.string().min(1).default('Front desk'),
      time_zone: z
        .string()
        .refine(isTimeZone, 'Expected an IANA time zone as Europe/Berlin')
        .default(() => Intl.DateTimeFormat().resolvedOptions().timeZone),
      /** Whose locks the site has, in Seam's words: `pti_site`, `visionline_system`, ... */
      external_type: systemType.optional(),
      enrol_unknown_cards: z.boolean().default(true),
      card_number_format: z.enum(CARD_NUMBER_FORMATS).default('uid_msb_first'),
      /** Made at start when they are missing. */
      entrances: z.array(entranceName).default(['Main entrance']),
      /** Likewise, with what they open. */
      access_groups: z
        .array(z.strictObject({ name: entranceName, entrances: z.array(entranceName).default([]) }))
        .default([]),
    })
    .prefault({}),
  /** By name; a driver that is not named is off. Absent: every driver that works here. */
  drivers: z.record(z.string(), z.unknown()).optional(),
  /** Which formats a card may be written in: the first that fits its kind. */
  card_formats: z
    .array(z.enum(CARD_FORMATS))
    .min(1, 'Name at least one, or leave it out for all of them')
    .refine(hasNoDouble, 'A format is there twice')
    .default([...CARD_FORMATS]),
  card_format_settings: z
    .strictObject({
      ntag: z.strictObject({ password: z.boolean().default(false) }).prefault({}),
      mifare_classic: z
        .strictObject({
          sectors: z
            .array(z.int().min(1).max(39))
            .min(1)
            .refine(hasNoDouble, 'A sector is there twice')
            .default([1, 2, 3]),
          directory: z.boolean().default(false),
        })
        .refine(({ sectors, directory }) => !(directory && sectors.includes(16)), {
          path: ['sectors'],
          message: 'Sector 16 holds the directory itself',
        })
        .prefault({}),
      mifare_desfire: z
        .strictObject({
          application_id: z
            .string({ error: ({ input }) => (typeof input === 'number' ? NUMBER_FOR_TEXT : undefined) })
            .regex(
              /^(?!000000)[0-9A-F]{6}$/i,
              'Expected six hexadecimal digits, not all of them 0, as F48ED0',
            )
            .default('F48ED0'),
          picc_master_key: z.enum(['leave', 'own']).default('leave'),
        })
        .prefault({}),
      magstripe: z
        .strictObject({
          track_1: stripeTrack.default(null),
          track_2: stripeTrack.default('{card_number:10}={starts_at}{ends_at}{authentication:10}'),
          track_3: stripeTrack.default(null),
        })
        .superRefine(({ track_1, track_2, track_3 }, context) => {
          for (const { track, problem } of stripeLayoutProblems([track_1, track_2, track_3])) {
            context.addIssue({ code: 'custom', path: [`track_${track}`], message: problem });
          }
        })
        .prefault({}),
    })
    .prefault({}),
  allowed_origins: z.array(origin).default([]),
  /** By which names a proxy or tunnel on this computer is reached that passes requests on: what stands in their Host header. */
  allowed_hosts: z.array(host).default([]),
  /** Whom the desk tells what happens; absent: it is its own backend, unless it was paired. */
  backend: z
    .strictObject({
      endpoint: z
        .url({ protocol: /^https?$/, error: 'Expected an address as https://connect.example.com' })
        .refine(hasNoSecret, 'An address must hold no name and no password: the key has a file of its own'),
      /** A file that holds the key and nothing else; it is read again when it changes. */
      api_key_file: z.string().min(1).optional(),
      protocol: z.enum(['auto', 'seam', 'bridge']).default('auto'),
    })
    .optional(),
  attempts: z.strictObject({ timeout_seconds: z.number().min(1).max(600).default(60) }).prefault({}),
  limits: z
    .strictObject({
      requests_per_second: z.number().positive().default(100),
      request_burst: z.int().positive().default(200),
      connections: z.int().positive().default(2048),
      kept_changes: z.int().min(1000).default(100_000),
      /** How long events, attempts and client sessions are kept after they ended. */
      kept_days: z.int().min(1).default(90),
      /** How long entries of the audit log are kept. */
      kept_audit_days: z.int().min(1).default(730),
    })
    .prefault({}),
});

export type Config = z.output<typeof configSchema> & {
  readonly state_dir: string;
  /** The only drivers to run, whatever `drivers` says. */
  readonly only_drivers: readonly string[] | undefined;
  /** The key for the backend, by the environment only. */
  readonly backend_api_key: string | undefined;
};

/** The formats of this site with their settings, in the order in which they are tried. */
export function formatsOf(config: Config): readonly FormatSettings[] {
  return config.card_formats.map((format) => settingsFor(format, config.card_format_settings));
}

function settingsFor(format: CardFormat, settings: Config['card_format_settings']): FormatSettings {
  const { ntag, mifare_classic, mifare_desfire, magstripe } = settings;
  switch (format) {
    case 'ntag':
      return { format, isPasswordProtected: ntag.password };
    case 'mifare_classic':
      return { format, sectors: mifare_classic.sectors, hasDirectory: mifare_classic.directory };
    case 'mifare_desfire':
      return {
        format,
        applicationId: Number.parseInt(mifare_desfire.application_id, 16),
        piccMasterKey: mifare_desfire.picc_master_key,
      };
    case 'magstripe':
      return { format, layout: [magstripe.track_1, magstripe.track_2, magstripe.track_3] };
    case 'uid_only':
      return { format };
  }
}

/** A configuration that cannot be used: every problem of it at once. */
export class ConfigError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`The configuration cannot be used:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/** What the command line may say; a flag wins over the environment, and that over the file. */
const FLAGS = {
  config: { type: 'string' },
  'state-dir': { type: 'string' },
  port: { type: 'string' },
  'log-level': { type: 'string' },
  drivers: { type: 'string' },
} as const;

/** What the configuration says of drivers, before anybody has looked at it. */
export type DriverWishes = Pick<Config, 'drivers' | 'only_drivers'>;

/** Reads flags, environment and file. `driverProblems` says what is wrong with the drivers' part. Throws ConfigError. */
export function readConfig(
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
  driverProblems: (wishes: DriverWishes) => readonly string[] = () => [],
): Config {
  const flags = readFlags(argv);
  const file = readFile(flags.config ?? env['ENCODERD_CONFIG']);
  const given = {
    ...file,
    ...defined({
      state_dir: flags['state-dir'] ?? env['ENCODERD_STATE_DIR'],
      port: flags.port ?? env['ENCODERD_PORT'],
      log_level: flags['log-level'] ?? env['ENCODERD_LOG_LEVEL'],
      allowed_origins: list(env['ENCODERD_ALLOWED_ORIGINS']),
      allowed_hosts: list(env['ENCODERD_ALLOWED_HOSTS']),
      backend: backendFrom(file['backend'], env),
    }),
  };
  const only_drivers = list(flags.drivers ?? env['ENCODERD_DRIVERS']);
  const parsed = configSchema.safeParse(given);
  const drivers = configSchema.shape.drivers.safeParse(file['drivers']).data;
  const problems = [
    ...(parsed.success ? [] : parsed.error.issues.map(describe)),
    ...driverProblems({ drivers, only_drivers }),
  ];
  if (!parsed.success || problems.length > 0) throw new ConfigError(problems);
  const backend_api_key = env['ENCODERD_BACKEND_API_KEY']?.trim() || undefined;
  return {
    ...parsed.data,
    state_dir: parsed.data.state_dir ?? defaultStateDir(process.platform, env, homedir()),
    only_drivers,
    backend_api_key,
  };
}

function readFlags(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: FLAGS }).values;
  } catch (error) {
    throw new ConfigError([error instanceof Error ? error.message : 'The flags cannot be read.']);
  }
}

function readFile(path: string | undefined): Record<string, unknown> {
  if (path === undefined || path === '') return {};
  try {
    return z.record(z.string(), z.unknown()).parse(parseYaml(readFileSync(path, 'utf8')) ?? {});
  } catch (error) {
    const detail =
      error instanceof z.ZodError
        ? 'it must be a map of names'
        : error instanceof Error
          ? error.message
          : String(error);
    throw new ConfigError([`${path} cannot be read: ${detail}`]);
  }
}

/** The backend of the file, at the endpoint that the environment names, if it names one. */
function backendFrom(file: unknown, env: NodeJS.ProcessEnv): unknown {
  const endpoint = env['ENCODERD_BACKEND_ENDPOINT'];
  if (endpoint === undefined || endpoint === '') return undefined;
  return typeof file === 'object' ? { ...file, endpoint } : { endpoint };
}

function list(text: string | undefined): string[] | undefined {
  if (text === undefined || text.trim() === '') return undefined;
  return text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

function defined(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined && value !== ''),
  );
}

function describe(issue: z.core.$ZodIssue): string {
  return issue.path.length === 0 ? issue.message : `${issue.path.join('.')}: ${issue.message}`;
}

function isTimeZone(name: string): boolean {
  try {
    Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

function hasNoDouble(list: readonly unknown[]): boolean {
  return new Set(list).size === list.length;
}
