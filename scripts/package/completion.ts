import type { Help, Usage } from './commands.ts';

/** Values that are files. */
const FILES = ['FILE', 'DIR', 'CAPTURE', 'PORT'];

/** `encoderctl` in bash: commands, their second words, their options, and the values of options where there are few. */
export function bashCompletion({ shared, lines }: Help): string {
  const usages = lines.flatMap((line) => line.usages);
  const commands = [...new Set(usages.map(({ command }) => command))];
  const always = ['--help', ...shared.keys()];
  return `# Completion of encoderctl(1) in bash; made from what \`encoderctl help\` says.
_encoderctl_offer() { mapfile -t -O "\${#COMPREPLY[@]}" COMPREPLY < <(compgen "$@" -- "$word"); }
_encoderctl_offer_files() {
  compopt -o filenames 2>/dev/null || true
  _encoderctl_offer -f
}
_encoderctl() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD - 1]}
  local command=\${COMP_WORDS[1]} action=\${COMP_WORDS[2]:-} words='' options='${always.join(' ')}'
  COMPREPLY=()
  if ((COMP_CWORD == 1)); then
    _encoderctl_offer -W '${[...commands, 'help', '--help', '--version'].join(' ')}'
    return
  fi
  case "$command $before" in
${valueCases(usages, shared).join('\n')}
  esac
  if [[ $word != -* ]]; then
    if ((COMP_CWORD == 2)); then
      case $command in
${actionCases(usages).join('\n')}
        help) words='${commands.join(' ')}' ;;
      esac
      _encoderctl_offer -W "$words"
    fi
    case "$command $action" in
${fileCases(usages).join('\n')}
    esac
    return
  fi
  case "$command $action" in
${optionCases(usages).join('\n')}
  esac
  _encoderctl_offer -W "$options"
}
complete -F _encoderctl encoderctl
`;
}

/** What follows an option that takes a value: one of few words, a file, or something that nobody can guess. */
function valueCases(usages: readonly Usage[], shared: Help['shared']): readonly string[] {
  const own = usages.flatMap(({ command, options }) =>
    [...options].map(([name, value]) => ({ of: `"${command} ${name}"`, value })),
  );
  const all = [...own, ...[...shared].map(([name, value]) => ({ of: `*" ${name}"`, value }))];
  const cases = all.flatMap(({ of, value }) => {
    if (value === null) return [];
    if (value.includes('|'))
      return [`    ${of}) _encoderctl_offer -W '${value.split('|').join(' ')}'; return ;;`];
    return FILES.includes(value)
      ? [`    ${of}) _encoderctl_offer_files; return ;;`]
      : [`    ${of}) return ;;`];
  });
  return [...new Set(cases)];
}

function actionCases(usages: readonly Usage[]): readonly string[] {
  const cases = Map.groupBy(
    usages.filter(({ action }) => action !== null),
    ({ command }) => command,
  );
  return [...cases].map(
    ([command, own]) => `        ${command}) words='${unique(own.map(({ action }) => action ?? ''))}' ;;`,
  );
}

function fileCases(usages: readonly Usage[]): readonly string[] {
  const cases = usages
    .filter(({ values }) => values.some((value) => FILES.includes(value)))
    .map((usage) => `      ${called(usage)}) _encoderctl_offer_files ;;`);
  return [...new Set(cases)];
}

function optionCases(usages: readonly Usage[]): readonly string[] {
  const named = usages.filter(({ options }) => options.size > 0);
  const cases = Map.groupBy(named, called);
  return [...cases].map(
    ([name, own]) =>
      `    ${name}) options="$options ${unique(own.flatMap(({ options }) => [...options.keys()]))}" ;;`,
  );
}

/** How the words on the line look, whose second one is anything where the command has none. */
const called = ({ command, action }: Usage): string =>
  action === null ? `"${command} "*` : `"${command} ${action}"`;

const unique = (words: readonly string[]): string => [...new Set(words)].join(' ');
