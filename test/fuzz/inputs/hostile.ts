/** Values, texts and JSON that no client should send. */
import fc from 'fast-check';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Written as a string where JSON cannot say it, and put in place when the text is made. */
const RAW: Readonly<Record<string, string>> = {
  '@deep': '['.repeat(30_000) + ']'.repeat(30_000),
  '@deepObject': `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`,
  '@1e400': '1e400',
  '@-0': '-0',
  '@int': '123456789012345678901234567890',
  '@loneSurrogate': '"\\ud800"',
  '@proto': '{"__proto__":{"polluted":true}}',
  '@twice': '{"name":"a","name":"b"}',
  '@wide': `[${'{},'.repeat(100_000)}{}]`,
  '@keys': `{${Array.from({ length: 20_000 }, (_, index) => `"k${index}":0`).join(',')}}`,
};

const ODD_TEXT = [
  '',
  ' ',
  '.',
  '..',
  '/',
  '-1',
  'NaN',
  'null',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  '\u0000',
  '\r\nX-Injected: 1',
  '\ufeff',
  '💥',
  '\ud800',
  "' OR 1=1 --",
  '%',
  '%00',
  '%2e%2e%2f',
  '{{7*7}}',
  '$\u007b1 + 1}',
  '(a+)+$',
  'operations/',
  'operations/known',
  '9999-12-31T23:59:59.999999999Z',
  '0001-01-01T00:00:00Z',
  '-0.5s',
  '315576000000s',
  '1e9s',
  'type.googleapis.com/google.protobuf.Any',
  '9223372036854775807',
  '-9223372036854775809',
  'a'.repeat(200),
  '"'.repeat(2_000),
  'é'.repeat(70_000),
];

export const hostileText = fc.oneof(
  fc.constantFrom(...ODD_TEXT),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ maxLength: 40 }),
);

const hostileKey = fc.constantFrom(
  '__proto__',
  'constructor',
  '',
  '@type',
  'toString',
  'name',
  'x'.repeat(300),
);

export const hostileValue: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom<Json>(null, true, false, 0, -1, 0.1, 2 ** 31, 2 ** 53, 1e308, [], {}, [[]], [null]),
  hostileText,
  fc.constantFrom(...Object.keys(RAW)),
  fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json>,
);

interface Mutation {
  readonly at: number;
  readonly how: 'replace' | 'delete' | 'rename' | 'add' | 'nest' | 'repeat';
  readonly key: string;
  readonly value: Json;
}

const mutation: fc.Arbitrary<Mutation> = fc.record({
  at: fc.nat(),
  how: fc.constantFrom('replace', 'replace', 'replace', 'delete', 'rename', 'add', 'nest', 'repeat'),
  key: hostileKey,
  value: hostileValue,
});

/** A valid value, most often with one thing wrong, sometimes with several, sometimes as it is. */
export function mutated(valid: fc.Arbitrary<Json>): fc.Arbitrary<Json> {
  const some = fc.oneof(
    { weight: 2, arbitrary: fc.constant([]) },
    { weight: 6, arbitrary: fc.tuple(mutation) },
    { weight: 1, arbitrary: fc.array(mutation, { maxLength: 4 }) },
  );
  return fc.tuple(valid, some).map(([value, mutations]) => mutations.reduce(changed, value));
}

type Key = string | number;

function placesOf(value: Json, path: readonly Key[] = []): (readonly Key[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  const inner = Object.entries(value).flatMap(([key, item]) => placesOf(item, [...path, key]));
  return [path, ...inner];
}

function changed(value: Json, mutation: Mutation): Json {
  const places = placesOf(value);
  return changedAt(value, places[mutation.at % places.length] ?? [], mutation);
}

function changedAt(value: Json, [key, ...rest]: readonly Key[], mutation: Mutation): Json {
  if (key === undefined) return changedValue(value, mutation);
  const isLast = rest.length === 0;
  const { how } = mutation;
  const entries = Object.entries(value as object).flatMap(
    ([name, item]: [string, Json]): [string, Json][] => {
      if (name !== String(key)) return [[name, item]];
      if (isLast && how === 'delete') return [];
      if (isLast && how === 'rename') return [[mutation.key, item]];
      return [[name, changedAt(item, rest, mutation)]];
    },
  );
  return Array.isArray(value) ? entries.map(([, item]) => item) : ownProperties(entries);
}

function changedValue(value: Json, { how, key, value: other }: Mutation): Json {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (how === 'add' && isObject) return ownProperties([...Object.entries(value), [key, other]]);
  if (how === 'nest') return ownProperties([[key, value]]);
  if (how === 'repeat' && Array.isArray(value)) return Array.from({ length: 50 }, () => value).flat();
  if (how === 'repeat' && typeof value === 'string') return value.repeat(40);
  return other;
}

/** With `__proto__` as a property like any other. */
function ownProperties(entries: readonly [string, Json][]): { [key: string]: Json } {
  const object: { [key: string]: Json } = {};
  for (const [key, value] of entries) {
    Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
  }
  return object;
}

/** The text of a value, with what only text can say. */
export function textOf(value: Json): string {
  return JSON.stringify(value).replace(/"(@[\w-]+)"/g, (quoted, name: string) => RAW[name] ?? quoted);
}

/** Text with a part cut off, doubled, replaced, or inserted. */
export function damaged(text: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const damage = fc.record({ from: fc.nat(), length: fc.nat(30), insert: hostileText, times: fc.nat(2) });
  return fc.tuple(text, fc.array(damage, { maxLength: 3 })).map(([whole, damages]) =>
    damages.reduce((rest, { from, length, insert, times }) => {
      const at = from % (rest.length + 1);
      const piece = rest.slice(at, at + length);
      return rest.slice(0, at) + piece.repeat(times) + insert + rest.slice(at + length);
    }, whole),
  );
}
