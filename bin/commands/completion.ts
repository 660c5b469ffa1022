import { type Command, UsageError } from '../command.ts';

/** The commands of `lro` that the completion offers. */
export interface Completed {
  readonly commands: Readonly<Record<string, Command>>;
  readonly scriptNames: readonly string[];
}

/** The command `lro completion`. It is itself one of `commands`, so it reads them only when it runs. */
export function completionOf(completed: () => Completed): Command {
  return {
    parameters: ['SHELL'],
    summary: 'prints completion for bash or zsh: source <(lro completion bash)',
    flags: {},
    isLocal: true,
    async run({ positionals: [shell], print }) {
      if (shell === 'bash') print(bash(completed()));
      else if (shell === 'zsh') print(`${ZSH}\n${bash(completed())}`);
      else throw new UsageError('SHELL must be bash or zsh');
      return 0;
    },
  };
}

/** Makes zsh accept the completion of bash. A shell whose .zshrc loads no completion system loads it first. */
const ZSH = `(( $+functions[compdef] )) || { autoload -Uz compinit && compinit -u }
autoload -Uz bashcompinit && bashcompinit`;

/** The completion as bash reads it. zsh reads the same text through its bashcompinit. */
function bash({ commands, scriptNames }: Completed): string {
  const names = [...scriptNames, ...Object.keys(commands), 'help'];
  const cases = Object.entries(commands).map(([name, { flags }]) => {
    const words = [...Object.keys(flags), 'url', 'json', 'help'].map((flag) => `--${flag}`);
    return `    ${name}) COMPREPLY=($(compgen -W "${words.join(' ')}" -- "$word")) ;;`;
  });
  return `_lro() {
  local word="\${COMP_WORDS[COMP_CWORD]}"
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${names.join(' ')}" -- "$word"))
    return
  fi
  case "\${COMP_WORDS[1]}" in
${cases.join('\n')}
  esac
}
complete -F _lro lro`;
}
