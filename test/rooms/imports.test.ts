import { existsSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { parseSync } from 'vite';
import { describe, expect, it } from 'vitest';
import { circlesOf } from './circles.ts';
import { FLOORS, mayImport, roomOf } from './rooms.ts';
import { REPOSITORY, trackedFiles } from './tracked-files.ts';

/** The files that a source file imports, types included, by their paths from the root. */
function importsOf(file: string): readonly string[] {
  const { module, errors } = parseSync(file, readFileSync(REPOSITORY + file, 'utf8'));
  if (errors.length > 0) throw new Error(`${file}: ${errors[0]?.message}`);
  const named = [
    ...module.staticImports.map(({ moduleRequest }) => moduleRequest.value),
    ...module.staticExports.flatMap(({ entries }) =>
      entries.flatMap(({ moduleRequest }) => moduleRequest?.value ?? []),
    ),
  ];
  return named.filter((name) => name.startsWith('.')).map((name) => posix.join(posix.dirname(file), name));
}

const sources = trackedFiles().filter((file) => /\.(ts|tsx)$/.test(file) && existsSync(REPOSITORY + file));

describe('the rooms', () => {
  it('import only from the floors below', () => {
    const wrong = sources.flatMap((file) =>
      importsOf(file)
        .filter((target) => !mayImport(roomOf(file), roomOf(target)))
        .map((target) => `${file} imports ${target}`),
    );
    expect(wrong).toEqual([]);
  });

  it('have no circle of imports, of values or of types', () => {
    expect(circlesOf(new Map(sources.map((file) => [file, importsOf(file)])))).toEqual([]);
  });

  it('find the circle of three files, and not a file that two others import', () => {
    const graph = new Map([
      ['a.ts', ['b.ts', 'd.ts']],
      ['b.ts', ['c.ts']],
      ['c.ts', ['a.ts', 'd.ts']],
      ['d.ts', []],
    ]);
    expect(circlesOf(graph)).toEqual([['a.ts', 'b.ts', 'c.ts']]);
  });

  it('have each source file in a room that has a place in the order', () => {
    const atRoot = sources.filter((file) => roomOf(file) === '.' && file.includes('/'));
    expect(atRoot).toEqual([]);
  });

  it.each([
    ['shared/lifecycle', 'shared/orchestrator'],
    ['shared/spanner', 'shared/pubsub'],
    ['executor', 'local'],
    ['shared/client', 'shared/messages'],
    ['functions', 'executor'],
  ])('refuse an import of %s from %s', (from, to) => {
    expect(mayImport(from, to)).toBe(false);
  });

  it('name each room once', () => {
    const rooms = FLOORS.flat();
    expect(new Set(rooms).size).toBe(rooms.length);
  });
});
