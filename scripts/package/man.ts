import type { Help, UsageLine } from './commands.ts';

/** What stands at the head of a manual page. */
export interface PageHead {
  readonly version: string;
  /** As 2026-11-22. */
  readonly date: string;
}

/** Text for roff (groff_man(7)): nothing in it is taken for a request, and a hyphen is the one of the keyboard. */
export function roff(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll("'", '\\(aq')
    .replaceAll('`', '\\(ga')
    .replaceAll('~', '\\(ti')
    .replaceAll('^', '\\(ha')
    .replaceAll(/^\./gm, '\\&.');
}

/** How a page begins; no word is hyphenated, because a name that is may not be searched for. */
export const titleLine = (name: string, section: number, { version, date }: PageHead): string =>
  `.TH ${roff(name.toUpperCase())} ${section} ${date} "encoderd ${version}" "encoderd"\n.nh`;

/** encoderctl(1). */
export function encoderctlPage(head: PageHead, { shared, lines }: Help): string {
  const options = [...shared].map(([name, value]) => `[${name}${value === null ? '' : ` ${value}`}]`);
  return `${titleLine('encoderctl', 1, head)}
.SH NAME
encoderctl \\- what a technician asks of encoderd, the daemon of the card encoders
.SH SYNOPSIS
.B encoderctl
.I command
${roff(options.join(' '))}
.SH DESCRIPTION
It asks the daemon over its API, or works on its state folder; most of what works on the folder does so with the daemon
running or not.
Called by root it becomes the user
.BR encoderd ,
but for the commands that change the computer itself.
.PP
Without
.B \\-\\-encoder
a command takes the only encoder that is attached, or the only one that is not virtual.
.SH COMMANDS
${lines.map((line, at) => commandEntry(line, lines[at - 1])).join('\n')}
.SH OPTIONS
.TP
.B \\-\\-json
The result is JSON on standard output, a failure one JSON object on standard error.
.TP
.BI \\-\\-state\\-dir " DIR"
Another state folder than
.IR /var/lib/encoderd .
.TP
.BI \\-\\-url " URL"
Where the daemon listens, when it is not the one whose state folder this is.
.TP
.BI \\-\\-api\\-key " KEY"
A key of that daemon; see
.BR "encoderctl keys" .
.TP
.B \\-\\-help
How the command is used, and what it is for; also
.BR "encoderctl help" .
.TP
.B \\-\\-version
The version that is installed; nothing else is done.
.SH EXIT STATUS
.TP
.B 0
Done.
.TP
.B 1
Refused or failed as things are;
.BR "encoderctl doctor" :
there are warnings.
.TP
.B 2
.BR "encoderctl doctor" :
there are errors.
.TP
.B 64
Used wrongly.
.TP
.B 69
Not available: no daemon, no state folder, no encoder, a disk that does not serve.
.TP
.B 78
A configuration or a file of keys that cannot be used.
.SH ENVIRONMENT
.TP
.BR ENCODERD_STATE_DIR ", " ENCODERD_CONFIG ", " ENCODERD_API_KEY
As
.BR \\-\\-state\\-dir ,
the configuration file, and
.BR \\-\\-api\\-key .
.SH FILES
.TP
.I /etc/encoderd/encoderd.yaml
The configuration.
.TP
.I /var/lib/encoderd
The state folder. It belongs to the user encoderd.
.TP
.I /usr/share/doc/encoderd/docs/encoderctl.md
The same commands, at length.
.SH SEE ALSO
.BR encoderd.yaml (5),
.BR encoderd (8)
`;
}

/** A line under which nothing is said shares what is said of the next. */
function commandEntry({ usages, remark, summary, notes }: UsageLine, before: UsageLine | undefined): string {
  const entries = usages.map(({ synopsis, command, action }) => {
    const words = synopsis.startsWith(`${command} ${action}`) ? `${command} ${action}` : command;
    return `.B ${roff(words)}\n${roff(synopsis.slice(words.length).trim())}`.trimEnd();
  });
  const [first = '', ...others] = entries;
  const more = others.map((entry) => `.TQ\n${entry}`);
  const isShared = before !== undefined && before.remark === null && before.summary === null;
  return [
    isShared ? '.TQ' : '.TP',
    tagged(first),
    ...more.map(tagged),
    [remark, summary]
      .filter((text) => text !== null)
      .map(roff)
      .join('\n.br\n'),
    ...(notes.length === 0 ? [] : ['.RS', ...notes.map(noteEntry), '.RE']),
  ]
    .filter((line) => line !== '')
    .join('\n');
}

const noteEntry = ({ word, text }: UsageLine['notes'][number]): string =>
  `.TP\n.B ${roff(word)}\n${roff(text)}`;

/** A tag is one line of input: words in bold, then the rest as it is. */
function tagged(entry: string): string {
  return entry.replace(
    /\.B (.*)\n(?!\.)(.*)$/,
    (_, words: string, rest: string) => `\\fB${words}\\fR ${rest}`,
  );
}

/**
 * encoderd.yaml(5), from the file itself: a comment becomes a paragraph, options that stand together an example.
 * A line is an option when `#` is followed by none or two spaces or more.
 */
export function configurationPage(head: PageHead, yaml: string): string {
  return `${titleLine('encoderd.yaml', 5, head)}
.SH NAME
encoderd.yaml \\- configuration of the daemon of the card encoders
.SH DESCRIPTION
.I /etc/encoderd/encoderd.yaml
is YAML. Everything has a default; every mistake is reported at once, and keeps the daemon down until it is started again.
Flags of
.BR encoderd (8)
and its environment win over the file.
.SH OPTIONS
${blocks(yaml)
  .map(configurationEntry)
  .join('\n')
  .replace(/^\.PP\n/, '')}
.SH FILES
.TP
.I /usr/share/doc/encoderd/README.gz
What the options mean, at length.
.SH SEE ALSO
.BR encoderctl (1),
.BR encoderd (8)
`;
}

interface Block {
  readonly kind: 'prose' | 'options';
  readonly lines: readonly string[];
}

/** Lines that are of one kind and stand together; an empty line parts prose. What the file says of itself at its head is left out. */
function blocks(yaml: string): readonly Block[] {
  const found: { kind: Block['kind']; lines: string[] }[] = [];
  let isParted = true;
  for (const line of yaml.slice(yaml.indexOf('\n\n')).split('\n')) {
    if (line.trim() === '') {
      isParted = true;
      continue;
    }
    const prose = /^ *# (?! )(.*)$/.exec(line)?.[1];
    const kind = prose === undefined ? 'options' : 'prose';
    const last = found.at(-1);
    if (last?.kind === kind && !isParted) last.lines.push(prose ?? line);
    else found.push({ kind, lines: [prose ?? line] });
    isParted = false;
  }
  return found;
}

function configurationEntry({ kind, lines }: Block): string {
  if (kind === 'prose') return `.PP\n${roff(lines.join('\n'))}`;
  return `.PP\n.RS 4\n.EX\n${lines.map((line) => roff(line.replace(/^#/, ''))).join('\n')}\n.EE\n.RE`;
}
