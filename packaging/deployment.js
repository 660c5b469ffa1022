// Writes `dist/deployment`: deploy.sh with what it reads, and the sources that it uploads, so that `lro deploy` needs no clone.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** What deploy.sh reads itself. `deploy.sh` changes into its own folder, so the paths are those of the repository. */
const READ_BY_SCRIPT = [
  'deploy.sh',
  'deploy',
  'deploy.env.example',
  '.gcloudignore',
  'shared/spanner/schema',
  'workflows/parallel-poll.yaml',
];

export async function writeDeployment(root, out) {
  for (const path of [...READ_BY_SCRIPT, ...uploaded(root)]) {
    await mkdir(dirname(join(out, path)), { recursive: true });
    await cp(join(root, path), join(out, path), { recursive: true });
  }
  await writeFile(join(out, 'package.json'), await manifest(root));
}

/** Of an application, not of a package: Node reads `exports` of no package within another one. */
async function manifest(root) {
  const {
    exports: _,
    bin,
    files,
    publishConfig,
    sideEffects,
    ...rest
  } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  return `${JSON.stringify({ ...rest, private: true }, undefined, 2)}\n`;
}

/** The files that .gitignore and .gcloudignore leave: their patterns are those of git. */
function uploaded(root) {
  // An empty repository of its own, because the sources may have been downloaded as an archive, without theirs.
  const repository = mkdtempSync(join(tmpdir(), 'lro-pack-'));
  try {
    const git = (args, input) => callGit(repository, root, args, input);
    git(['init', '--quiet']);
    const all = git(['ls-files', '--others', '--exclude-standard']);
    const excludes = `core.excludesFile=${join(root, '.gcloudignore')}`;
    const ignored = new Set(git(['-c', excludes, 'check-ignore', '--no-index', '--stdin'], all.join('\n')));
    return all.filter((path) => !ignored.has(path));
  } finally {
    rmSync(repository, { recursive: true });
  }
}

function callGit(repository, root, args, input) {
  const stdout = execFileSync('git', args, {
    cwd: root,
    env: { ...process.env, GIT_DIR: repository, GIT_WORK_TREE: root },
    input,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  return stdout.split('\n').filter((line) => line !== '');
}
