/** Builds the functions as Cloud Build does, from nothing but what deploy.sh uploads. */
import { execFile } from 'node:child_process';
import { cp, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const REPOSITORY = fileURLToPath(new URL('../../', import.meta.url));
const run = promisify(execFile);

/** The files that .gcloudignore leaves, as gcloud says. */
export async function uploadedFiles(): Promise<readonly string[]> {
  const { stdout } = await run('gcloud', ['meta', 'list-files-for-upload'], { cwd: REPOSITORY });
  return stdout.split('\n').filter((file) => file !== '');
}

export interface BuildOptions {
  /** The Node that builds, which has to be the one that runs the functions. Default: that of this process. */
  readonly node?: string;
  /** The build variables of the function, as deploy.sh sets them. */
  readonly variables?: Readonly<Record<string, string>>;
}

/**
 * A new folder with the upload, built: with all dependencies first, then without those of development. That is what the
 * buildpack does with a `gcp-build` script: https://github.com/GoogleCloudPlatform/buildpacks, cmd/nodejs/npm.
 */
export async function buildPackedUpload({
  node = process.execPath,
  variables,
}: BuildOptions = {}): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'lro-upload-'));
  const files = await uploadedFiles();
  await Promise.all(files.map((file) => cp(join(REPOSITORY, file), join(folder, file))));
  const env = { ...process.env, ...variables, PATH: `${dirname(node)}${delimiter}${process.env.PATH}` };
  await npm(folder, { ...env, NODE_ENV: 'development' }, 'ci', '--prefer-offline', '--no-audit', '--no-fund');
  await npm(folder, { ...env, NODE_ENV: 'development' }, 'run', 'gcp-build');
  await npm(folder, { ...env, NODE_ENV: 'production' }, 'prune', '--production', '--no-audit', '--no-fund');
  return folder;
}

/** The npm that comes with Node 22, as in the runtime that deploy.sh asks for. */
async function npm(cwd: string, env: NodeJS.ProcessEnv, ...args: readonly string[]): Promise<void> {
  await run('npx', ['--yes', 'npm@10', ...args], { cwd, env }).catch(({ message, stdout }) => {
    throw new Error(`${message}\n${stdout}`);
  });
}
