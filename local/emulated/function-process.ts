import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { acceptsConnections, freePort, startProcess } from '../emulators/gcloud.ts';

export interface FunctionProcess {
  readonly url: string;
  stop(): Promise<void>;
}

/** What the command `functions-framework` runs; the package exports only what functions import. */
const FRAMEWORK = join(
  dirname(createRequire(import.meta.url).resolve('@google-cloud/functions-framework')),
  'main.js',
);
const SOURCE = fileURLToPath(new URL('../../functions/index.ts', import.meta.url));

/** Serves one function with the functions-FRAMEWORK, in a process of its own as Cloud Run does. */
export async function startFunction(
  target: string,
  env: Readonly<Record<string, string>>,
  port?: number,
): Promise<FunctionProcess> {
  const listening = port ?? (await freePort());
  const { stop } = await startProcess({
    command: process.execPath,
    args: ['--import', 'tsx', FRAMEWORK, `--source=${SOURCE}`, `--target=${target}`, `--port=${listening}`],
    env: { ...env, FUNCTION_TARGET: target },
    ready: () => acceptsConnections(listening),
  });
  return { url: `http://127.0.0.1:${listening}`, stop };
}
