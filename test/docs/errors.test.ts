import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { REPOSITORY, trackedFiles } from '../rooms/tracked-files.ts';
import { anchors, linesOf } from './markdown.ts';

const DOCUMENT = 'docs/errors.md';

/** Where the reasons of ErrorInfo stand in the code. */
const GIVEN = [
  /errorInfo(?:Json)?\(\s*'([A-Z_]+)'/g,
  /new HttpRefusal\(\s*[\w.]+,\s*'[A-Z_]+',\s*'([A-Z_]+)'/g,
  /new CallRefused\(\s*[\w.]+,\s*'([A-Z_]+)'/g,
];

function reasonsInCode(): ReadonlySet<string> {
  const sources = trackedFiles().filter((file) => /^(shared|functions)\/.*\.ts$/.test(file));
  const given = sources.flatMap((file) => {
    const source = readFileSync(REPOSITORY + file, 'utf8');
    return GIVEN.flatMap((pattern) => [...source.matchAll(pattern)].map(([, reason = '']) => reason));
  });
  const byKind = readFileSync(`${REPOSITORY}shared/operations-api/error-status.ts`, 'utf8').split(
    'const REASONS',
  )[1];
  const table = [...(byKind ?? '').matchAll(/: '([A-Z_]+)'/g)].map(([, reason = '']) => reason);
  return new Set([...given, ...table]);
}

describe(DOCUMENT, () => {
  it('has a heading for each reason that an ErrorInfo gives, so that the reason is its anchor', () => {
    const headings = anchors(DOCUMENT);
    const reasons = reasonsInCode();
    expect(reasons.size).toBeGreaterThan(15);
    expect([...reasons].filter((reason) => !headings.has(reason.toLowerCase()))).toEqual([]);
  });

  it('has no heading for a reason that no error gives', () => {
    const reasons = reasonsInCode();
    const named = linesOf(DOCUMENT).flatMap((line) => /^### (.*)$/.exec(line)?.[1] ?? []);
    expect(named.filter((name) => !reasons.has(name))).toEqual([]);
  });
});
