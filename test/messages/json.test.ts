/** Payloads in proto3 JSON: https://protobuf.dev/programming-guides/json/ */
import { describe, expect, it, vi } from 'vitest';
import { anyFromJson, anyToJson } from '../../shared/messages/json.ts';
import { type JsonValue, parseJson, readJsonLeniently } from '../../shared/messages/json-value.ts';
import { InvalidInput } from '../../shared/orchestrator/ports/failure.ts';

const PREFIX = 'type.googleapis.com/';
const wellKnown = (type: string) => `${PREFIX}google.protobuf.${type}`;
const read = (text: string) => anyFromJson(parseJson(Buffer.from(text), 'data'), 'p');
const readAny = (type: string, rest: object = {}) => read(JSON.stringify({ '@type': type, ...rest }));
const roundTrip = (json: { '@type': string }) => anyToJson(anyFromJson(json, 'p'));
const binary = (type: string, bytes: readonly number[]) =>
  anyToJson({ typeUrl: wellKnown(type), value: Uint8Array.from(bytes) });

function refusal(act: () => unknown): string | undefined {
  try {
    act();
  } catch (error) {
    return error instanceof InvalidInput ? error.message : String(error);
  }
  return undefined;
}

/** An object of so many levels. */
function nested(levels: number): JsonValue {
  return JSON.parse(`${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`);
}

describe('an Any in JSON', () => {
  it('of an Empty is accepted with and without a value', () => {
    expect(readAny(wellKnown('Empty'), { value: {} })).toEqual(readAny(wellKnown('Empty')));
    expect(roundTrip({ '@type': wellKnown('Empty') })).toEqual({ '@type': wellKnown('Empty') });
  });

  it.each<[string, JsonValue]>([
    ['Duration', '-3600s'],
    ['Duration', '-1.500s'],
    ['Duration', '-0.500s'],
    ['FloatValue', 0.1],
    ['FloatValue', 3.4028235e38],
    ['DoubleValue', 0.1],
    ['DoubleValue', 'NaN'],
    ['DoubleValue', '-Infinity'],
    ['Int64Value', '9223372036854775807'],
    ['BytesValue', 'AP8='],
    ['Timestamp', '2025-01-27T10:42:15.500Z'],
    ['FieldMask', 'a.b,cD'],
    ['Value', null],
    ['ListValue', [null, true, 'x', { a: [] }]],
    ['Struct', { a: null, b: { c: 1e-7 } }],
    ['Struct', nested(51)],
    ['Struct', nested(97)],
  ])('%s %j comes out as it went in', (type, value) => {
    const json = { '@type': wellKnown(type), value };
    expect(roundTrip(json)).toEqual(json);
  });

  it('keeps the key __proto__ of a Struct, in JSON and in binary', () => {
    const any = read(`{"@type":"${wellKnown('Struct')}","value":{"__proto__":{"a":1}}}`);
    expect(JSON.stringify(anyToJson(any))).toBe(
      `{"@type":"${wellKnown('Struct')}","value":{"__proto__":{"a":1}}}`,
    );
  });

  it('reads a time with an offset and digits of a second', () => {
    const any = readAny(wellKnown('Timestamp'), { value: '2025-01-27T11:42:15.5+01:00' });
    expect(anyToJson(any)).toEqual({ '@type': wellKnown('Timestamp'), value: '2025-01-27T10:42:15.500Z' });
  });

  it.each<[string, readonly number[], string]>([
    // seconds: -1, nanos: -500000000
    ['-1.5 s', [8, ...minusOne(), 16, ...minusHalf()], '-1.500s'],
    // nanos: -500000000
    ['-0.5 s', [16, ...minusHalf()], '-0.500s'],
  ])('writes a binary Duration of %s', (_, bytes, value) => {
    expect(binary('Duration', bytes)).toEqual({ '@type': wellKnown('Duration'), value });
  });

  it('writes a nested Any of a type that is not known as its bytes, and all around it as JSON', () => {
    const details = [
      { '@type': 'example.com/some.Type', value: 'AP8=' },
      { '@type': `${PREFIX}google.rpc.ErrorInfo`, reason: 'R', metadata: { k: 'v' } },
      { '@type': wellKnown('Any'), value: { '@type': wellKnown('FloatValue'), value: 0.1 } },
    ];
    const status = { '@type': `${PREFIX}google.rpc.Status`, code: 5, details };
    expect(roundTrip(status)).toEqual(status);
  });

  it('of a type that is not known is its bytes', () => {
    const json = { '@type': 'example.com/some.Type', value: 'AP8=' };
    expect(roundTrip(json)).toEqual(json);
  });

  it('of bytes that are no message of their type is its bytes', () => {
    expect(binary('Duration', [255])).toEqual({ '@type': wellKnown('Duration'), value: '/w==' });
  });

  it.each<[string, string, string]>([
    [
      'a double beyond its range in a Struct',
      '{"@type":"T/google.protobuf.Struct","value":{"a":[1e400]}}',
      'value.a[0]',
    ],
    [
      'a double beyond its range without exponent',
      `{"@type":"T/google.protobuf.Struct","value":{"a":${'9'.repeat(400)}}}`,
      'value.a',
    ],
    ['a double beyond its range', '{"@type":"T/google.protobuf.DoubleValue","value":1e400}', 'value'],
    ['a float beyond its range', '{"@type":"T/google.protobuf.FloatValue","value":1e39}', 'p.value'],
    ['a field beside value', '{"@type":"T/google.protobuf.StringValue","value":"a","b":1}', 'p.b'],
    ['an Empty with a field', '{"@type":"T/google.protobuf.Empty","value":{"a":1}}', 'p.value.a'],
    ['an Empty with a field beside value', '{"@type":"T/google.protobuf.Empty","b":{}}', 'p.value'],
    ['no value', '{"@type":"T/google.protobuf.StringValue"}', 'p.value'],
    ['no type', '{"value":"a"}', 'p.@type'],
    [
      'the 30th of February',
      '{"@type":"T/google.protobuf.Timestamp","value":"2025-02-30T00:00:00Z"}',
      'p.value',
    ],
    [
      'half of a surrogate pair',
      String.raw`{"@type":"T/google.protobuf.StringValue","value":"\ud800"}`,
      'value',
    ],
    [
      'a key with half of a surrogate pair',
      String.raw`{"@type":"T/google.protobuf.Struct","value":{"\uDFFF":1}}`,
      'value',
    ],
    [
      'a Duration beyond its range',
      '{"@type":"T/google.protobuf.Duration","value":"315576000001s"}',
      'p.value',
    ],
    ['an enum that is none', '{"@type":"T/google.protobuf.Struct","value":1}', 'p.value'],
    [
      'a field of a nested message',
      '{"@type":"T/google.rpc.BadRequest","fieldViolations":[{"field":"a"},{"field":1}]}',
      'p.fieldViolations[1].field',
    ],
    ['a value of a map', '{"@type":"T/google.rpc.ErrorInfo","metadata":{"a":"b","c":1}}', 'p.metadata.c'],
    [
      'a nested Any',
      '{"@type":"T/google.rpc.Status","details":[{"@type":"T/google.protobuf.Int32Value","value":"x"}]}',
      'p.details[0].value',
    ],
  ])('with %s is refused by its field', (_, text, field) => {
    expect(refusal(() => read(text))).toMatch(new RegExp(`^${field.replace(/[.[\]]/g, '\\$&')}: `));
  });

  it('is refused without the value in the error', () => {
    const refused = refusal(() =>
      readAny(`${PREFIX}google.rpc.ErrorInfo`, { reason: { secret: 'hunter2' } }),
    );
    expect(refused).toBe('p.reason: must be a string of well-formed Unicode');
  });
});

describe('a list of a million texts', () => {
  it.each([0, 499_999, 500_000, 999_999])(
    'is refused with the index %d of the item that is no text',
    (index) => {
      const stackEntries: JsonValue[] = Array(1_000_000).fill('s');
      stackEntries[index] = 1;
      const refused = refusal(() => anyFromJson({ '@type': 'T/google.rpc.DebugInfo', stackEntries }, 'p'));
      expect(refused).toBe(`p.stackEntries[${index}]: must be a string of well-formed Unicode`);
    },
  );
});

describe('JSON text', () => {
  it('of 8 MB of brackets is refused before it is parsed', () => {
    const deep = Buffer.alloc(8_000_000, '[');
    expect(refusal(() => parseJson(deep, 'data'))).toBe('data: must not nest deeper than 100 levels');
  });

  it.each([
    ['of 100 levels is read', nested(100), undefined],
    ['of 101 levels is refused', nested(101), 'data: must not nest deeper than 100 levels'],
  ])('%s', (_, json, expected) => {
    expect(refusal(() => parseJson(Buffer.from(JSON.stringify(json)), 'data'))).toBe(expected);
  });

  const keys = (count: number, name: (index: number) => string) =>
    Array.from({ length: count }, (_, index) => `"${name(index)}":1`).join();

  it.each([
    ['one object', `{${keys(500_000, (index) => `k${index}`)}}`],
    ['one object, escaped', `{${keys(500_000, (index) => `\\"${index}`)}}`],
    ['an object for each', `[${Array.from({ length: 500_000 }, (_, index) => `{"k${index}":1}`).join()}]`],
  ])('with half a million keys in %s is refused before it is parsed', (_, text) => {
    const bytes = Buffer.from(text);
    const parse = vi.spyOn(JSON, 'parse');
    expect(refusal(() => parseJson(bytes, 'data'))).toBe('data: must have at most 100000 different keys');
    expect(readJsonLeniently(bytes)).toBeUndefined();
    expect(parse).not.toHaveBeenCalled();
  });

  it('with 100,000 different keys, and millions that repeat, is read', () => {
    const children = Array(30_000).fill(`{${keys(40, (index) => `field${index}`)}}`);
    const text = `[{${keys(100_000 - 40, (index) => `k${index}`)}},${children.join()}]`;
    expect(parseJson(Buffer.from(text), 'data')).toHaveLength(30_001);
  });

  it.each([
    ['brackets in a string', '{"a":"[[[[{{{{\\"[\\\\"}', { a: '[[[[{{{{"[\\' }],
    ['a pair of surrogates', '"\\ud83d\\ude00"', '\u{1f600}'],
    ['numbers with exponents', '[1e2,1E-2,0.5e+1]', [100, 0.01, 5]],
  ])('with %s is read', (_, text, value) => {
    expect(parseJson(Buffer.from(text), 'data')).toEqual(value);
  });
});

/** The varint of -1. */
function minusOne(): number[] {
  return [...Array(9).fill(0xff), 1];
}

/** The varint of -500,000,000. */
function minusHalf(): number[] {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, -500_000_000n);
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  return [...bytes, Number(rest)];
}
