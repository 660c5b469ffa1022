import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { deployScript, withSettingsFile } from './deploy-script.ts';
import { nameMissingProgram } from './missing-program.ts';

const run = promisify(execFile);

/** Runs gcloud and returns its stdout. Rejects with an Error whose message is its stderr if it fails. */
export async function gcloud(...args: readonly string[]): Promise<string> {
  try {
    return (await run('gcloud', [...args, '--quiet'], { maxBuffer: 64 * 1024 * 1024 })).stdout;
  } catch (error) {
    throw new Error(stderrOf(error));
  }
}

/** Returns the settings that deploy.sh reads from its options, the environment and deploy.env. */
export async function deploySettings(options: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const lines = (await deploy(['settings', ...options])).split('\n').filter((line) => line.includes('='));
  return new Map(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
}

/** Runs deploy.sh and returns its stdout. Rejects like `gcloud`. */
export async function deploy(args: readonly string[]): Promise<string> {
  try {
    return (await run('bash', [deployScript().path, ...withSettingsFile(args)])).stdout;
  } catch (error) {
    throw new Error(stderrOf(error));
  }
}

function stderrOf(error: unknown): string {
  const { stderr, message } = nameMissingProgram(error) as { stderr?: string; message: string };
  return (stderr || message).trim();
}
