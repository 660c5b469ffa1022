import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { REPOSITORY, trackedFiles } from './tracked-files.ts';

/** The lines that `git merge` leaves at both ends of a conflict. Documents are not compiled, so nothing else would find them. */
const MARKER = /^(<{7}|>{7}) /m;

it('no tracked file has the marks of a merge conflict', () => {
  const marked = trackedFiles().filter((path) => MARKER.test(readFileSync(REPOSITORY + path, 'utf8')));
  expect(marked).toEqual([]);
});
