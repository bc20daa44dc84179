import packageJson from '../../package.json' with { type: 'json' };
import { acceptanceCommand } from './acceptance.ts';
import { accessGroupsCommand } from './access-groups.ts';
import { auditCommand } from './audit.ts';
import { auditLogCommand } from './audit-log.ts';
import { backupCommand } from './backup.ts';
import { browserPolicyCommand } from './browser-policy.ts';
import { bundleCommand } from './bundle.ts';
import { captureCommand } from './capture.ts';
import { cardCommand } from './card.ts';
import { desksCommand } from './desks.ts';
import { doctorCommand } from './doctor.ts';
import { encodeCommand } from './encode.ts';
import { encodersCommand } from './encoders.ts';
import { entrancesCommand } from './entrances.ts';
import { EXPLANATIONS, type Explanation } from './explained.ts';
import { factoryResetCommand } from './factory-reset.ts';
import { keysCommand } from './keys.ts';
import { loopbackCommand } from './loopback.ts';
import { originsCommand } from './origins.ts';
import { pairCommand, unpairCommand } from './pair.ts';
import { pairingCommand } from './pairing.ts';
import { replayCommand } from './replay.ts';
import { restoreCommand } from './restore.ts';
import { scanCommand } from './scan.ts';
import { sessionsCommand } from './sessions.ts';
import { siteKeysCommand } from './site-keys.ts';
import { soakCommand } from './soak.ts';
import { giveToOwner } from './state-owner.ts';
import { statusCommand } from './status.ts';
import { syncCommand } from './sync.ts';
import { CommandError, EXIT, type Terminal, terminal } from './terminal.ts';
import { tlsCommand } from './tls.ts';
import { watchCommand } from './watch.ts';
import { webhooksCommand } from './webhooks.ts';

/** One command of the technician's tool. */
interface Command {
  readonly usage: string;
  readonly explanation: Explanation;
  /** Resolves with what the process ends with, where that is not 0. */
  run(words: readonly string[], terminal: Terminal): Promise<number | undefined> | Promise<void>;
}

const COMMANDS_BY_NAME: Readonly<Record<keyof typeof EXPLANATIONS, Omit<Command, 'explanation'>>> = {
  keys: keysCommand,
  'site-keys': siteKeysCommand,
  origins: originsCommand,
  pairing: pairingCommand,
  sessions: sessionsCommand,
  encoders: encodersCommand,
  loopback: loopbackCommand,
  acceptance: acceptanceCommand,
  soak: soakCommand,
  watch: watchCommand,
  capture: captureCommand,
  replay: replayCommand,
  entrances: entrancesCommand,
  'access-groups': accessGroupsCommand,
  scan: scanCommand,
  encode: encodeCommand,
  card: cardCommand,
  webhooks: webhooksCommand,
  sync: syncCommand,
  pair: pairCommand,
  unpair: unpairCommand,
  desks: desksCommand,
  'audit-log': auditLogCommand,
  tls: tlsCommand,
  'browser-policy': browserPolicyCommand,
  bundle: bundleCommand,
  backup: backupCommand,
  restore: restoreCommand,
  'factory-reset': factoryResetCommand,
  status: statusCommand,
  doctor: doctorCommand,
  audit: auditCommand,
};

const explanations: Readonly<Record<string, Explanation>> = EXPLANATIONS;

const COMMANDS: ReadonlyMap<string, Command> = new Map(
  Object.entries(COMMANDS_BY_NAME).map(([name, command]) => {
    const explanation = explanations[name] ?? { summary: '' };
    return [name, { usage: command.usage, run: (words, out) => command.run(words, out), explanation }];
  }),
);

/** scripts/package makes the manual page and the completion of it: usages behind two spaces, what is said of them behind six. */
const USAGE = [
  'usage: encoderctl <command> [--json] [--state-dir DIR] [--url URL] [--api-key KEY]',
  '       encoderctl help [<command>] | <command> --help | --version',
  '',
  ...[...COMMANDS.values()].flatMap(({ usage, explanation }) => [
    `  ${usage}`,
    ...[explanation.summary, ...optionLines(explanation)].map((line) => `      ${line}`),
  ]),
  '',
].join('\n');

/** The usages as the command itself says them to who uses it wrongly, and what it is for. */
function helpOf({ usage, explanation }: Command): string {
  const usages = usage
    .split('\n')
    .map((line, index) => `${index === 0 ? 'usage: ' : '       '}encoderctl ${line.trim()}`);
  const lines = optionLines(explanation).map((line) => `  ${line}`);
  const about = lines.length === 0 ? [] : ['', ...lines];
  return `${[...usages, '', explanation.summary, ...about].join('\n')}\n`;
}

/** One below the other, as a table. */
function optionLines({ options = [] }: Explanation): readonly string[] {
  const rows = options.map((line) => line.split('  '));
  const width = Math.max(...rows.map(([word = '']) => word.length));
  return rows.map(([word = '', text = '']) => `${word.padEnd(width)}  ${text}`);
}

async function main(argv: readonly string[]): Promise<number> {
  const [name = '', ...words] = argv.filter((word) => word !== '--');
  const command = COMMANDS.get(name);
  if (name === '--version') {
    const { version } = packageJson;
    terminal(words.includes('--json')).result({ version }, [`encoderd ${version}`]);
    return 0;
  }
  if (command === undefined) {
    const isAsked = name === 'help' || name === '--help' || name === '-h';
    const asked = isAsked ? COMMANDS.get(words[0] ?? '') : undefined;
    if (!isAsked && argv.includes('--json')) {
      const message = `There is no command "${name}". See: encoderctl help`;
      terminal(true).fail(new CommandError(message, EXIT.usage));
    } else {
      process[isAsked ? 'stdout' : 'stderr'].write(asked === undefined ? USAGE : helpOf(asked));
    }
    return isAsked ? 0 : EXIT.usage;
  }
  if (words.includes('--help') || words.includes('-h')) {
    process.stdout.write(helpOf(command));
    return 0;
  }
  const out = terminal(words.includes('--json'));
  try {
    return (await command.run(words, out)) ?? 0;
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    out.fail(error);
    return error.exitCode;
  }
}

// However it ends: a command that root runs as itself, for what else it needs (scripts/package/files/encoderctl).
const ofTheDaemon = process.env['ENCODERD_STATE_DIR'];
if (ofTheDaemon) process.once('exit', () => giveToOwner(ofTheDaemon));

process.exitCode = await main(process.argv.slice(2));
