/** Builds the functions like Cloud Build, only from the files that deploy.sh uploads. */
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const REPOSITORY = fileURLToPath(new URL('../../', import.meta.url));
const run = promisify(execFile);

/** The files that gcloud would upload, according to .gcloudignore. */
export async function uploadedFiles(): Promise<readonly string[]> {
  const { stdout } = await run('gcloud', ['meta', 'list-files-for-upload'], { cwd: REPOSITORY });
  return stdout.split('\n').filter((file) => file !== '');
}

export interface BuildOptions {
  /** The Node binary for the build, which has to be the one that runs the functions. Default: that of this process. */
  readonly node?: string;
  /** The build variables of the function, as deploy.sh sets them. */
  readonly variables?: Readonly<Record<string, string>>;
  /**
   * Takes the packages of this checkout, which `npm ci` has installed from the same package-lock.json, instead of installing
   * them again. That takes most of the time of a build.
   */
  readonly withInstalledPackages?: boolean;
}

/**
 * A new folder with the upload, built: with all dependencies first, then without those of development. That is what the
 * buildpack does with a `gcp-build` script: https://github.com/GoogleCloudPlatform/buildpacks, cmd/nodejs/npm.
 */
export async function buildPackedUpload({
  node = process.execPath,
  variables,
  withInstalledPackages = false,
}: BuildOptions = {}): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'lro-upload-'));
  const files = await uploadedFiles();
  await Promise.all(files.map((file) => cp(join(REPOSITORY, file), join(folder, file))));
  const env = { ...process.env, ...variables, PATH: `${dirname(node)}${delimiter}${process.env.PATH}` };
  if (withInstalledPackages) await copyPackages(folder);
  else
    await npm(
      folder,
      { ...env, NODE_ENV: 'development' },
      'ci',
      '--prefer-offline',
      '--no-audit',
      '--no-fund',
    );
  await npm(folder, { ...env, NODE_ENV: 'development' }, 'run', 'gcp-build');
  await npm(folder, { ...env, NODE_ENV: 'production' }, 'prune', '--production', '--no-audit', '--no-fund');
  return folder;
}

async function copyPackages(folder: string): Promise<void> {
  const to = join(folder, 'node_modules');
  await mkdir(to);
  const from = join(REPOSITORY, 'node_modules');
  // Folders whose name begins with a dot belong to tools, except `.bin`, which has the commands.
  const packages = (await readdir(from)).filter((name) => !name.startsWith('.'));
  const sources = [...packages, '.bin'].map((name) => join(from, name));
  // npm replaces and removes files of packages, but never changes one, so hard links are enough. They do not work across file
  // systems.
  await run('cp', ['--archive', '--link', ...sources, to]).catch(async () => {
    await rm(to, { recursive: true });
    await mkdir(to);
    await run('cp', ['--archive', ...sources, to]);
  });
  // npm changes only this file in place: the list of installed packages.
  await cp(join(from, '.package-lock.json'), join(to, '.package-lock.json'));
}

/** The npm that comes with Node 22, as in the runtime that deploy.sh selects. */
async function npm(cwd: string, env: NodeJS.ProcessEnv, ...args: readonly string[]): Promise<void> {
  await run('npx', ['--yes', 'npm@10', ...args], { cwd, env }).catch(({ message, stdout }) => {
    throw new Error(`${message}\n${stdout}`);
  });
}
