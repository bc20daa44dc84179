import { accessGroupsCommand } from './access-groups.ts';
import { auditCommand } from './audit.ts';
import { auditLogCommand } from './audit-log.ts';
import { browserPolicyCommand } from './browser-policy.ts';
import { cardCommand } from './card.ts';
import { desksCommand } from './desks.ts';
import { encodeCommand } from './encode.ts';
import { encodersCommand } from './encoders.ts';
import { entrancesCommand } from './entrances.ts';
import { keysCommand } from './keys.ts';
import { originsCommand } from './origins.ts';
import { pairCommand, unpairCommand } from './pair.ts';
import { pairingCommand } from './pairing.ts';
import { scanCommand } from './scan.ts';
import { sessionsCommand } from './sessions.ts';
import { siteKeysCommand } from './site-keys.ts';
import { statusCommand } from './status.ts';
import { syncCommand } from './sync.ts';
import { CommandError, EXIT, type Terminal, terminal } from './terminal.ts';
import { tlsCommand } from './tls.ts';
import { watchCommand } from './watch.ts';
import { webhooksCommand } from './webhooks.ts';

/** One command of the technician's tool. */
interface Command {
  readonly usage: string;
  run(words: readonly string[], terminal: Terminal): Promise<void>;
}

const COMMANDS: Readonly<Record<string, Command>> = {
  keys: keysCommand,
  'site-keys': siteKeysCommand,
  origins: originsCommand,
  pairing: pairingCommand,
  sessions: sessionsCommand,
  encoders: encodersCommand,
  watch: watchCommand,
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
  status: statusCommand,
  audit: auditCommand,
};

const USAGE = [
  'usage: encoderctl <command> [--json] [--state-dir DIR] [--url URL] [--api-key KEY]',
  '',
  ...Object.values(COMMANDS).map(({ usage }) => `  ${usage}`),
  '',
].join('\n');

/** As the command itself says it to who uses it wrongly. */
const usageOf = ({ usage }: Command): string =>
  usage
    .split('\n')
    .map((line, index) => `${index === 0 ? 'usage: ' : '       '}encoderctl ${line.trim()}`)
    .join('\n');

async function main(argv: readonly string[]): Promise<number> {
  const [name = '', ...words] = argv.filter((word) => word !== '--');
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined) {
    const isAsked = name === 'help' || name === '--help' || name === '-h';
    if (!isAsked && argv.includes('--json')) {
      const message = `There is no command "${name}". See: encoderctl help`;
      terminal(true).fail(new CommandError(message, EXIT.usage));
    } else {
      process[isAsked ? 'stdout' : 'stderr'].write(USAGE);
    }
    return isAsked ? 0 : EXIT.usage;
  }
  if (words.includes('--help') || words.includes('-h')) {
    process.stdout.write(`${usageOf(command)}\n`);
    return 0;
  }
  const out = terminal(words.includes('--json'));
  try {
    await command.run(words, out);
    return 0;
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    out.fail(error);
    return error.exitCode;
  }
}

process.exitCode = await main(process.argv.slice(2));
