/** The command `lro`: `lro COMMAND [ARGUMENT]… [--flag]…`. */
import { parseArgs } from 'node:util';
import { START_ADVICE } from '../local/start-command.ts';
import { createOperations } from '../shared/client/create-operations.ts';
import type { Retry } from '../shared/client/http-api.ts';
import { type Command, type Terminal, UsageError } from './command.ts';
import { COMMANDS, SCRIPTS } from './commands.ts';
import { runScript } from './script.ts';
import { commandUsage, usage } from './usage.ts';

const LOCAL_URL = 'http://localhost:8080';

const ADVICE = `If no deployment is there, ${START_ADVICE}, or name another with --url or OPERATIONS_URL`;

/** Resolves with the exit code: 0 for success, 1 for a failure, 2 for an incorrect call. */
export async function main(args: readonly string[], terminal: Terminal): Promise<number> {
  const [name = 'help', ...rest] = args;
  if (name === 'help' || name === '--help' || name === '-h') {
    terminal.print(usage());
    return 0;
  }
  if (Object.hasOwn(SCRIPTS, name)) return runScript(name, rest, terminal);
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command) {
    terminal.printError(`lro: there is no command "${name}"\n\n${usage()}`);
    return 2;
  }
  if (rest.includes('--help') || rest.includes('-h')) {
    terminal.print(commandUsage(name, command));
    return 0;
  }
  try {
    return await run(command, rest, terminal);
  } catch (error) {
    const { message } = error as Error;
    const flag = unknownFlag(error);
    if (flag) {
      terminal.printError(`lro ${name}: there is no flag ${flag}; lro ${name} --help shows the flags`);
      return 2;
    }
    const isUsage = error instanceof UsageError || isArgumentError(error);
    terminal.printError(
      isUsage ? `lro ${name}: ${message}\n\n${commandUsage(name, command)}` : `lro ${name}: ${message}`,
    );
    return isUsage ? 2 : 1;
  }
}

async function run(command: Command, args: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      ...Object.fromEntries(Object.entries(command.flags).map(([flag, { type }]) => [flag, { type }])),
      json: { type: 'boolean' },
      url: { type: 'string' },
    },
  });
  const required = command.parameters.filter((parameter) => !parameter.startsWith('['));
  if (positionals.length < required.length)
    throw new UsageError(`${required[positionals.length]} is missing`);
  if (positionals.length > command.parameters.length) {
    throw new UsageError(`"${positionals[command.parameters.length]}" is an unexpected argument`);
  }
  const flags = values as Record<string, string | boolean | undefined>;
  const url = String(flags.url ?? process.env.OPERATIONS_URL ?? LOCAL_URL);
  const onRetry = onceUnanswered(terminal);
  return command.run({
    ...terminal,
    ...{ positionals, flags, url, json: flags.json === true },
    onRetry,
    operations: () => createOperations({ url, onRetry }),
  });
}

/** Says at once that nothing answers, and what helps, because a person waits at the terminal. */
function onceUnanswered({ printError }: Terminal): (retry: Retry) => void {
  let isFirst = true;
  return ({ error }) => {
    // Only a call that nothing has answered has a cause.
    const advice = error.cause ? `. ${ADVICE}` : '';
    if (isFirst) printError(`${error.message}; trying again${advice}`);
    isFirst = false;
  };
}

/** The flag that a command does not have, of an error of `parseArgs`, whose message is about positional arguments too. */
function unknownFlag(error: unknown): string | undefined {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION' ? /'(-[^']*)'/.exec(message)?.[1] : undefined;
}

function isArgumentError(error: unknown): boolean {
  return String((error as { code?: unknown } | undefined)?.code).startsWith('ERR_PARSE_ARGS');
}
