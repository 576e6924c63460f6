import type { Command, Option } from 'commander';

/** Shells that {@link completionScript} knows. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

interface CommandWords {
  name: string;
  description: string;
  options: readonly Option[];
  /** Values of its argument; empty where that is a file. */
  choices: readonly string[];
}

/**
 * A script that completes commands, their options and choices, and files elsewhere. It stands alone: completing never starts Node. Written here because
 * the libraries at hand either switch the completion of files off or edit the user's start-up files.
 */
export function completionScript(program: Command, shell: Shell): string {
  const commands = program.createHelp().visibleCommands(program).map(wordsOf);
  return { bash, zsh, fish }[shell](program.name(), commands);
}

function wordsOf(command: Command): CommandWords {
  return {
    name: command.name(),
    description: command.description(),
    options: command.createHelp().visibleOptions(command),
    choices: command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []),
  };
}

function flags(options: readonly Option[]): string[] {
  return options.flatMap(({ short, long }) => [short, long]).filter((flag) => flag !== undefined);
}

function bash(name: string, commands: readonly CommandWords[]): string {
  const words = (list: readonly string[]): string => quoted(list.join(' '));
  const cases = commands.map(
    (command) => `    ${command.name}) words=${words([...flags(command.options), ...command.choices])} ;;`,
  );
  return `# bash completion for ${name}: eval "$(${name} completion bash)"
_${name}() {
  local current="\${COMP_WORDS[COMP_CWORD]}" words=''
  case "\${COMP_WORDS[1]}" in
${cases.join('\n')}
  esac
  if [ "$COMP_CWORD" -eq 1 ]; then words=${words([...commands.map((c) => c.name), '--help', '--version'])}; fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _${name} ${name}
`;
}

function zsh(name: string, commands: readonly CommandWords[]): string {
  const cases = commands.map(({ name: command, options, choices }) => {
    const specs = options.flatMap((option) => flags([option]).map((flag) => zshOption(flag, option)));
    const rest = choices.length > 0 ? `1:argument:(${choices.join(' ')})` : '*:file:_files';
    return `    ${command}) _arguments ${[...specs, rest].map(quoted).join(' ')} ;;`;
  });
  const names = commands.map((command) => quoted(`${command.name}:${command.description}`)).join(' ');
  return `#compdef ${name}
# zsh completion for ${name}: source <(${name} completion zsh), after compinit
_${name}() {
  local -a commands=(${names})
  if (( CURRENT == 2 )); then _describe command commands; return; fi
  local command="\${words[2]}"
  shift words; (( CURRENT-- ))
  case "$command" in
${cases.join('\n')}
  esac
}
compdef _${name} ${name}
`;
}

/** Brackets and colons end a part of a spec of _arguments. */
function zshOption(flag: string, option: Option): string {
  const description = option.description.replace(/[[\]:\\]/g, '\\$&');
  return `${flag}[${description}]${takesValue(option) ? ':value: ' : ''}`;
}

function fish(name: string, commands: readonly CommandWords[]): string {
  const first = `__fish_use_subcommand`;
  const lines = commands.flatMap(({ name: command, description, options, choices }) => {
    const inside = `complete -c ${name} -n ${quoted(`__fish_seen_subcommand_from ${command}`)}`;
    return [
      `complete -c ${name} -n ${first} -f -a ${command} -d ${fishQuoted(description)}`,
      ...options.map((option) => `${inside} ${fishOption(option)} -d ${fishQuoted(option.description)}`),
      ...(choices.length > 0 ? [`${inside} -f -a ${fishQuoted(choices.join(' '))}`] : []),
    ];
  });
  return `# fish completion for ${name}: ${name} completion fish | source\n${lines.join('\n')}\n`;
}

function fishOption(option: Option): string {
  const long = option.long === undefined ? '' : `-l ${option.long.slice(2)}`;
  const short = option.short === undefined ? '' : `-s ${option.short.slice(1)}`;
  return [long, short, takesValue(option) ? '-x' : ''].filter((part) => part !== '').join(' ');
}

function takesValue(option: Option): boolean {
  return option.required || option.optional;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** In fish a backslash escapes within single quotes too. */
function fishQuoted(text: string): string {
  return `'${text.replace(/['\\]/g, '\\$&')}'`;
}
