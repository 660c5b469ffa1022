/** Commands that are separate programs: they read `process.argv`, and some keep running. */
import type { Terminal } from './command.ts';
import { SCRIPTS } from './commands.ts';

/** The packages that only the local system needs, besides the dependencies of this package. */
const PARTS = ['libsql', 'yaml', 're2js', 'http-proxy-middleware'];

/** Resolves once the program has begun. The program sets the exit code. */
export async function runScript(name: string, args: readonly string[], terminal: Terminal): Promise<number> {
  process.argv = [process.argv[0] ?? 'node', `lro ${name}`, ...args];
  try {
    await SCRIPTS[name]?.load();
  } catch (error) {
    const part = missingPart(error);
    if (part === undefined) throw error;
    terminal.printError(
      `lro ${name} needs ${part}, which is not installed: npm install --save-dev ${PARTS.join(' ')}`,
    );
    return 1;
  }
  return Number(process.exitCode ?? 0);
}

function missingPart(error: unknown): string | undefined {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'MODULE_NOT_FOUND') return undefined;
  return PARTS.find((part) => message.includes(`'${part}'`));
}
