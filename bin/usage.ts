import type { Command } from './command.ts';
import { COMMANDS, SCRIPTS } from './commands.ts';

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

  --json   one JSON object a line, for programs
  --help   the flags of a command`;
}

export function commandUsage(name: string, { parameters, summary, flags }: Command): string {
  const rows = Object.entries(flags).map(
    ([flag, { type, describe }]) => [`--${flag}${type === 'string' ? ' VALUE' : ''}`, describe] as const,
  );
  return `lro ${[name, ...parameters].join(' ')} [--flag]…\n\n${summary}${rows.length > 0 ? `\n\n${table(rows)}` : ''}`;
}

function table(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join('\n');
}
