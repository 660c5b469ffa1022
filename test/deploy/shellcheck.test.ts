import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { REPOSITORY } from './deployment.ts';
import { installed, mayBeLeftOut } from './left-out.ts';

const SHELLCHECK = installed('shellcheck');
if (!SHELLCHECK) mayBeLeftOut('shellcheck', 'it is not installed (apt-get install shellcheck)');

it.skipIf(!SHELLCHECK)('shellcheck finds nothing in the scripts', () => {
  const scripts = ['deploy.sh', 'test/deploy/gcloud/gcloud'];
  const { status, stdout } = spawnSync('shellcheck', ['--external-sources', ...scripts], {
    cwd: REPOSITORY,
    encoding: 'utf8',
  });
  expect(stdout).toBe('');
  expect(status).toBe(0);
});
