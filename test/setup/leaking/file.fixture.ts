import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'vitest';

it('writes a temporary file', () => {
  writeFileSync(join(tmpdir(), 'leaked'), '');
});
