// Makes the API reference of the package's entries from their docstrings: `npm run reference` writes it to `dist/reference`.
// A docstring that is missing, a link that leads nowhere, and a type that no entry exports are errors.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const out = resolve(process.argv[2] ?? join(here, '../../dist/reference'));
const typedoc = join(here, 'node_modules/typedoc/bin/typedoc');

if (!existsSync(typedoc)) run('npm', ['ci', '--no-audit', '--no-fund', '--prefer-offline', '--silent']);
run(process.execPath, [typedoc, '--out', out]);

function run(command, args) {
  execFileSync(command, args, { cwd: here, stdio: 'inherit' });
}
