/**
 * Finds deploy.sh: at the root of a clone, or in the package beside the sources that deploy.sh uploads
 * (`packaging/deployment.js`).
 */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const IN_PACKAGE = fileURLToPath(new URL('../../deployment/deploy.sh', import.meta.url));
const IN_SOURCES = fileURLToPath(new URL('../../deploy.sh', import.meta.url));
const SETTINGS = 'deploy.env';
const ENV_FILE = '--env-file=';

export interface DeployScript {
  readonly path: string;
  /** The command as a user types it. */
  readonly command: string;
}

/** The script of the current folder if that is a clone, and otherwise the script of this package. */
export function deployScript(): DeployScript {
  if (existsSync('deploy.sh')) return { path: resolve('deploy.sh'), command: './deploy.sh' };
  if (existsSync(IN_PACKAGE)) return { path: IN_PACKAGE, command: 'lro deploy' };
  return { path: IN_SOURCES, command: './deploy.sh' };
}

/** deploy.sh changes to its own folder, so the settings file of the current folder is passed with its full path. */
export function withSettingsFile(args: readonly string[]): string[] {
  if (args.some((arg) => arg.startsWith(ENV_FILE))) {
    return args.map((arg) =>
      arg.startsWith(ENV_FILE) ? ENV_FILE + resolve(arg.slice(ENV_FILE.length)) : arg,
    );
  }
  return existsSync(SETTINGS) ? [...args, ENV_FILE + resolve(SETTINGS)] : [...args];
}
