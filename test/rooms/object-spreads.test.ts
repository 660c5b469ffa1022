import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { literalSpreadsIn } from './object-spreads.ts';
import { roomOf } from './rooms.ts';
import { REPOSITORY, trackedFiles } from './tracked-files.ts';

/**
 * The rooms whose objects have one shape. A literal with a second spread, or with a spread that adds a field, costs 500 to 1,300 ns in
 * Node 20: V8 copies it field by field in its runtime. A literal whose fields are all written costs about 20 ns. Such literals also
 * have as many shapes as they have optional fields, which makes every later access to a field slow. So an absent optional field is
 * written as well, with the value undefined. Where the key itself must be absent, as in HTTP headers, an `if` sets it.
 */
const ROOMS = new Set([
  'shared/telemetry',
  'shared/lifecycle',
  'shared/messages',
  'shared/http',
  'shared/access',
  'shared/operations-api',
  'shared/client',
  'shared/worker',
  'shared/orchestrator',
  'shared/orchestrator/ports/failure.ts',
  'shared/orchestrator/ports/publisher.ts',
  'shared/records',
  'shared/spanner',
  'shared/pubsub',
  'shared/workflows',
  'shared/tasks',
  'local',
  'functions',
  'testing',
]);

describe('object literals', () => {
  it('have no spread of another literal in the rooms whose objects have one shape', () => {
    const found = trackedFiles()
      .filter((file) => file.endsWith('.ts') && ROOMS.has(roomOf(file)) && existsSync(REPOSITORY + file))
      .flatMap((file) =>
        literalSpreadsIn(file, readFileSync(REPOSITORY + file, 'utf8')).map((line) => `${file}:${line}`),
      );
    expect(found).toEqual([]);
  });

  it.each([
    'const o = { ...{ a, b }, c };',
    'const o = { a, ...(b !== undefined && { b }) };',
    'const o = { a, ...(b ? { b } : {}) };',
    'const o = { a, ...(b ? c : { c }) };',
    'const o = { a, ...(b ?? { c: 1 }) };',
    'const o = { a, ...({ b } as const) };',
    'f(() => ({ a: [{ ...(b && { b }) }] }));',
  ])('are found in %s', (source) => {
    expect(literalSpreadsIn('a.ts', source)).toEqual([1]);
  });

  it.each(['const o = { ...old, a };', 'const o = { ...f({ a }) };', 'const a = [...(b ? [c] : [])];'])(
    'are not found in %s',
    (source) => {
      expect(literalSpreadsIn('a.ts', source)).toEqual([]);
    },
  );
});
