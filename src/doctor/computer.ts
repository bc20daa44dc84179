import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import packageJson from '../../package.json' with { type: 'json' };
import { type Config, ConfigError, readConfig } from '../config.ts';
import { driverProblems, wantedDrivers } from '../wanted-drivers.ts';
import { type Account, accountOf, groupsOf } from './accounts.ts';
import { type Outcome, programAt, runProgram } from './command.ts';

/** How long one check may take, milliseconds. */
const PATIENCE_MS = 15_000;

/** Where the package puts encoderd. */
const OF_PACKAGE = '/usr/lib/encoderd';

/** StateDirectory= of the unit. */
const SERVICE_STATE_DIR = '/var/lib/encoderd';

/** Which desk is looked at; what is left out is that of this computer. */
export interface DeskPlaces {
  /** Absent: as the daemon finds it, by environment and configuration. */
  readonly stateDir?: string | undefined;
  /** The configuration file. */
  readonly config?: string | undefined;
  readonly env?: NodeJS.ProcessEnv;
  /** The folder in which the system's own are: `/`. */
  readonly root?: string;
  readonly platform?: NodeJS.Platform;
  readonly now?: () => number;
  /** The user that the service runs as, by name. */
  readonly serviceUser?: string;
  /** Paths of programs by name, before those of the system; null: it is not installed. */
  readonly programs?: Readonly<Record<string, string | null>>;
  /** The folder in which encoderd is installed. */
  readonly installation?: string;
  /** The state folder of the service. */
  readonly serviceStateDir?: string;
  /** How long one check may take, milliseconds: whatever it asks gets a part of that. */
  readonly patienceMs?: number | undefined;
}

/** Who works with the encoders, and how it is known. */
export interface Worker {
  readonly account: Account;
  /** `service`: the account of the package; `folder`: there is no such account, the state folder is theirs; `self`: whoever runs the doctor. */
  readonly by: 'service' | 'folder' | 'self';
}

/** The computer of a desk, as the doctor sees it: every check asks the system through it. */
export class Computer {
  readonly root: string;
  readonly platform: NodeJS.Platform;
  readonly env: NodeJS.ProcessEnv;
  readonly version = packageJson.version;
  readonly installation: string;
  readonly configPath: string | null;
  /** null: it cannot be used, and `configProblems` says why. */
  readonly config: Config | null;
  readonly configProblems: readonly string[];
  readonly stateDir: string;
  /** The state folder of the service, whichever is looked at. */
  readonly serviceStateDir: string;
  readonly patienceMs: number;
  readonly #places: DeskPlaces;

  constructor(places: DeskPlaces = {}) {
    this.#places = places;
    this.root = places.root ?? '/';
    this.patienceMs = places.patienceMs ?? PATIENCE_MS;
    this.platform = places.platform ?? process.platform;
    this.env = places.env ?? process.env;
    this.installation = places.installation ?? join(import.meta.dirname, '../..');
    this.serviceStateDir = places.serviceStateDir ?? SERVICE_STATE_DIR;
    this.configPath = places.config ?? this.env['ENCODERD_CONFIG'] ?? null;
    const { config, problems } = this.#readConfig();
    this.config = config;
    this.configProblems = problems;
    this.stateDir =
      places.stateDir ?? this.env['ENCODERD_STATE_DIR'] ?? config?.state_dir ?? SERVICE_STATE_DIR;
  }

  now(): number {
    return (this.#places.now ?? Date.now)();
  }

  get isRoot(): boolean {
    return process.getuid?.() === 0;
  }

  /** Whether this encoderd came with the package. */
  get isPackaged(): boolean {
    return this.installation === OF_PACKAGE;
  }

  get isLinux(): boolean {
    return this.platform === 'linux';
  }

  /** A path of the system: `etc/passwd`. */
  at(path: string): string {
    return join(this.root, path);
  }

  /** What a file of the system holds, without white space around it; null: it is not there, or not for us. */
  text(path: string): string | null {
    try {
      return readFileSync(this.at(path), 'utf8').trim();
    } catch {
      return null;
    }
  }

  /** The names in a folder of the system, sorted; none where it is not there, or not for us. */
  names(path: string): readonly string[] {
    try {
      return readdirSync(this.at(path)).toSorted();
    } catch {
      return [];
    }
  }

  has(path: string): boolean {
    return existsSync(this.at(path));
  }

  /** Debian, or made from it: what its packages are called is known. */
  get isDebian(): boolean {
    return this.has('etc/debian_version');
  }

  /** Whether systemd runs this computer (sd_booted(3)). */
  get hasSystemd(): boolean {
    return this.has('run/systemd/system');
  }

  /** Where a program is; null: it is not installed. */
  program(name: string): string | null {
    const named = this.#places.programs?.[name];
    return named === undefined ? programAt(this.root, name) : named;
  }

  /** How long a program that is asked something may take, milliseconds. */
  get #programMs(): number {
    return this.patienceMs * 0.4;
  }

  /** Runs a program of the system; null: it is not installed. */
  async run(name: string, words: readonly string[], timeoutMs = this.#programMs): Promise<Outcome | null> {
    const path = this.program(name);
    return path === null ? null : runProgram(path, words, { timeoutMs });
  }

  /** Runs a program of the system that changes something. Throws with what it said when it fails. */
  async do(name: string, words: readonly string[], timeoutMs = 60_000): Promise<void> {
    const outcome = await this.run(name, words, timeoutMs);
    if (outcome === null) throw new Error(`${name} is not installed.`);
    if (outcome.code !== 0)
      throw new Error(`${name} ${words.join(' ')}: ${(outcome.stderr || outcome.stdout).trim()}`);
  }

  /** The names of the drivers that run here; null: the configuration cannot be used. */
  get drivers(): readonly string[] | null {
    return this.config === null ? null : wantedDrivers(this.config);
  }

  /** The account of the service; null: there is none. */
  get serviceAccount(): Account | null {
    return accountOf(this.root, this.#places.serviceUser ?? 'encoderd');
  }

  get worker(): Worker {
    const service = this.serviceAccount;
    if (service !== null) return { account: service, by: 'service' };
    const uid = this.#ownerOfState();
    const owner = uid === null ? null : accountOf('/', uid);
    if (owner !== null) return { account: owner, by: 'folder' };
    return { account: this.#self(), by: 'self' };
  }

  /** Whether programs can be run as that user: as root, or by that user. */
  canBe({ uid }: Account): boolean {
    return this.isRoot || process.getuid?.() === uid;
  }

  /**
   * Runs a program, by its path, as another user with the groups that the service has; as this one where it may not be another (`canBe`).
   */
  runAs(
    account: Account,
    path: string,
    words: readonly string[],
    timeoutMs = this.#programMs,
    env: NodeJS.ProcessEnv = {},
  ): Promise<Outcome> {
    const limits = { timeoutMs, env: { ...this.env, ...env } };
    const setpriv = programAt('/', 'setpriv');
    if (!this.isRoot || account.uid === 0 || setpriv === null) return runProgram(path, words, limits);
    const groups = groupsOf(this.root, account, this.#groupsOfUnit()).join(',');
    const become = [`--reuid=${account.uid}`, `--regid=${account.gid}`, `--groups=${groups}`];
    return runProgram(setpriv, [...become, path, ...words], limits);
  }

  /** Runs one of our own programs, by its path in the installation, as another user. */
  runOwn(account: Account, program: string, words: readonly string[], timeoutMs: number): Promise<Outcome> {
    const path = join(import.meta.dirname, '../..', program);
    return this.runAs(account, process.execPath, [path, ...words], timeoutMs);
  }

  /** Runs our own tool on this desk, as this user unless told. */
  encoderctl(words: readonly string[], timeoutMs: number, account: Account = this.#self()): Promise<Outcome> {
    const where = [
      ...(words.includes('--state-dir') ? [] : ['--state-dir', this.stateDir]),
      ...(this.#places.config === undefined ? [] : ['--config', this.#places.config]),
    ];
    return this.runOwn(account, 'src/cli/encoderctl.ts', [...words, ...where], timeoutMs);
  }

  #readConfig(): { readonly config: Config | null; readonly problems: readonly string[] } {
    const { stateDir, config } = this.#places;
    const words = [
      ...(stateDir === undefined ? [] : ['--state-dir', stateDir]),
      ...(config === undefined ? [] : ['--config', config]),
    ];
    try {
      return { config: readConfig(words, this.env, driverProblems), problems: [] };
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      return { config: null, problems: error.problems };
    }
  }

  #self(): Account {
    const { username, uid, gid } = userInfo();
    return { name: username, uid, gid };
  }

  #ownerOfState(): number | null {
    return statSync(this.stateDir, { throwIfNoEntry: false })?.uid ?? null;
  }

  /** SupplementaryGroups= of the unit: groups that the service has, whatever group(5) says. */
  #groupsOfUnit(): readonly string[] {
    const unit =
      this.text('etc/systemd/system/encoderd.service') ??
      this.text('usr/lib/systemd/system/encoderd.service') ??
      '';
    return [...unit.matchAll(/^SupplementaryGroups=(.*)$/gm)].flatMap(([, names = '']) => names.split(/\s+/));
  }
}
