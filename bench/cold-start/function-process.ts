import { join } from 'node:path';
import { acceptsConnections, freePort } from '../../local/emulators/ports.ts';
import { type RunningProcess, startProcess } from '../../local/emulators/server-process.ts';

export interface FunctionProcess extends Pick<RunningProcess, 'stop'> {
  readonly url: string;
}

/** Serves one function of a folder with the functions-framework that is installed there, as Cloud Run functions does. */
export async function startFunction(
  folder: string,
  target: string,
  env: Readonly<Record<string, string>>,
  {
    node = process.execPath,
    onLine,
  }: { readonly node?: string; readonly onLine?: (line: string) => void } = {},
): Promise<FunctionProcess> {
  const port = await freePort();
  const framework = join(folder, 'node_modules/@google-cloud/functions-framework/build/src/main.js');
  const { stop } = await startProcess({
    command: node,
    onLine,
    args: [framework, `--source=${folder}`, `--port=${port}`],
    env: { NODE_ENV: 'production', FUNCTION_TARGET: target, ...env },
    // In production, the framework prints nothing.
    ready: async () => (await acceptsConnections(port)) || undefined,
  });
  return { url: `http://127.0.0.1:${port}`, stop };
}
