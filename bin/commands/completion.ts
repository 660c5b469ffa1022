import { type Command, UsageError } from '../command.ts';
import { COMMANDS, SCRIPTS } from '../commands.ts';

export const completion: Command = {
  parameters: ['SHELL'],
  summary: 'prints completion for bash or zsh: source <(lro completion bash)',
  flags: {},
  async run({ positionals: [shell], print }) {
    if (shell === 'bash') print(bash());
    else if (shell === 'zsh') print(`${ZSH}\n${bash()}`);
    else throw new UsageError('SHELL must be bash or zsh');
    return 0;
  },
};

/** What makes zsh take bash's completion. A shell whose .zshrc has no completion loads that first. */
const ZSH = `(( $+functions[compdef] )) || { autoload -Uz compinit && compinit -u }
autoload -Uz bashcompinit && bashcompinit`;

/** zsh takes it too, by its bashcompinit. */
function bash(): string {
  const names = [...Object.keys(SCRIPTS), ...Object.keys(COMMANDS), 'help'];
  const cases = Object.entries(COMMANDS).map(([name, { flags }]) => {
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
