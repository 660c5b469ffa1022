import type { Command } from './command.ts';
import { COMMANDS, SCRIPTS } from './commands.ts';

const COMMON_FLAGS = [
  ['--json', 'one JSON object a line, for programs'],
  ['--help', 'the flags of a command'],
] as const;
const URL_FLAG = [
  '--url VALUE',
  'the deployment: the variable OPERATIONS_URL where absent, and the local system where both are',
] as const;

export function usage(): string {
  const scripts = Object.entries(SCRIPTS).map(([name, { summary }]) => [name, summary] as const);
  const rows = (isLocal: boolean) =>
    Object.entries(COMMANDS)
      .filter(([, command]) => (command.isLocal === true) === isLocal)
      .map(([name, { parameters, summary }]) => [[name, ...parameters].join(' '), summary] as const);
  return `lro COMMAND [ARGUMENT]… [--flag]…

On this machine
${table([...scripts, ...rows(true)])}

Against a deployment: --url URL, or the variable OPERATIONS_URL; the local system where both are absent
${table(rows(false))}

${table(COMMON_FLAGS)}`;
}

export function commandUsage(name: string, { parameters, summary, flags, isLocal = false }: Command): string {
  const rows = Object.entries(flags).map(
    ([flag, { type, describe }]) => [`--${flag}${type === 'string' ? ' VALUE' : ''}`, describe] as const,
  );
  // A command that calls no deployment prints the same with and without --json.
  const common = isLocal ? COMMON_FLAGS.slice(1) : [URL_FLAG, ...COMMON_FLAGS];
  return `lro ${[name, ...parameters].join(' ')} [--flag]…\n\n${summary}\n\n${table([...rows, ...common])}`;
}

function table(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join('\n');
}
