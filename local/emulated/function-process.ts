import { fileURLToPath } from 'node:url';
import { startProcess } from '../emulators/server-process.ts';

export interface FunctionProcess {
  readonly url: string;
  stop(): Promise<void>;
}

const HOST = fileURLToPath(new URL('./function-host.ts', import.meta.url));
const LISTENING = /^listening on port (\d+)$/m;

/**
 * Serves one function in a separate process, like Cloud Run does. Its log lines go to `log`, each with the name of the
 * function.
 */
export async function startFunction(
  target: string,
  env: Readonly<Record<string, string>>,
  log: (line: string) => void,
): Promise<FunctionProcess> {
  const { ready: port, stop } = await startProcess({
    command: process.execPath,
    args: ['--import', 'tsx', HOST],
    env: { ...env, FUNCTION_TARGET: target, PORT: '0' },
    ready: (printed) => LISTENING.exec(printed)?.[1],
    onLine: (line) => {
      if (!LISTENING.test(line)) log(`[${target}] ${line}`);
    },
  });
  return { url: `http://127.0.0.1:${port}`, stop };
}
