import { fileURLToPath } from 'node:url';
import { acceptsConnections, freePort, startProcess } from '../emulators/gcloud.ts';

export interface FunctionProcess {
  readonly url: string;
  stop(): Promise<void>;
}

const HOST = fileURLToPath(new URL('./function-host.ts', import.meta.url));

/**
 * Serves one function in a separate process, like Cloud Run does. Its log lines go to `log`, each with the name of the
 * function.
 */
export async function startFunction(
  target: string,
  env: Readonly<Record<string, string>>,
  log: (line: string) => void,
  port?: number,
): Promise<FunctionProcess> {
  const listening = port ?? (await freePort());
  const { stop } = await startProcess({
    command: process.execPath,
    args: ['--import', 'tsx', HOST],
    env: { ...env, FUNCTION_TARGET: target, PORT: String(listening) },
    ready: () => acceptsConnections(listening),
    onLine: (line) => log(`[${target}] ${line}`),
  });
  return { url: `http://127.0.0.1:${listening}`, stop };
}
