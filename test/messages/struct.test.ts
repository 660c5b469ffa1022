import { fromBinary, fromJson, type JsonObject as LibraryJson, toBinary, toJson } from '@bufbuild/protobuf';
import { StructSchema } from '@bufbuild/protobuf/wkt';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type JsonObject, type JsonValue, MAX_JSON_DEPTH } from '../../shared/messages/json-value.ts';
import { CODEC_OPTIONS } from '../../shared/messages/registry.ts';
import { decodeStruct, StructEncoder } from '../../shared/messages/struct.ts';

const structs = new StructEncoder();
const encodedByLibrary = (json: JsonObject) =>
  toBinary(StructSchema, fromJson(StructSchema, json as LibraryJson, CODEC_OPTIONS));
const decodedByLibrary = (bytes: Uint8Array) =>
  toJson(StructSchema, fromBinary(StructSchema, bytes, CODEC_OPTIONS));

const key = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom('', '7', '@type', '__proto__', 'constructor'),
);
const { object } = fc.letrec<{ value: JsonValue; object: JsonObject }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constant(null),
    fc.boolean(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.array(tie('value'), { maxLength: 4 }),
    tie('object'),
  ),
  object: fc.dictionary(key, tie('value'), { maxKeys: 4, noNullPrototype: true }),
}));

/** An object with so many levels, its own one included. */
function nested(levels: number, wrap: (inner: JsonValue) => JsonValue): JsonObject {
  let value: JsonValue = 'x';
  for (let level = 1; level < levels; level++) value = wrap(value);
  return { value };
}

describe('a Struct', () => {
  it('is encoded and decoded as the library does it', () => {
    fc.assert(
      fc.property(object, (json) => {
        const bytes = encodedByLibrary(json);
        expect(structs.encode(json)).toEqual(bytes);
        const decoded = decodeStruct(bytes);
        if (decoded) expect(JSON.stringify(decoded)).toBe(JSON.stringify(decodedByLibrary(bytes)));
        else expect(JSON.stringify(json)).toContain('"__proto__"');
      }),
      { numRuns: 1_000 },
    );
  });

  it('is left to the library, or decoded as the library does it, if its bytes are changed', () => {
    fc.assert(
      fc.property(object, fc.nat(), fc.nat({ max: 255 }), fc.boolean(), (json, place, byte, cut) => {
        const bytes = encodedByLibrary(json);
        const at = place % (bytes.length + 1);
        const changed = cut
          ? bytes.subarray(0, at)
          : Uint8Array.of(...bytes.subarray(0, at), byte, ...bytes.subarray(at + 1));
        const decoded = decodeStruct(changed);
        if (decoded) expect(JSON.stringify(decoded)).toBe(JSON.stringify(decodedByLibrary(changed)));
      }),
      { numRuns: 2_000 },
    );
  });

  it.each<[string, (inner: JsonValue) => JsonValue]>([
    ['objects', (inner) => ({ inner })],
    ['lists', (inner) => [inner]],
  ])('of nested %s is left to the library from the limit on', (_, wrap) => {
    const deepest = nested(MAX_JSON_DEPTH, wrap);
    const bytes = encodedByLibrary(deepest);
    expect(structs.encode(deepest)).toEqual(bytes);
    expect(decodeStruct(bytes)).toEqual(decodedByLibrary(bytes));
    const deeper = nested(MAX_JSON_DEPTH + 1, wrap);
    expect(structs.encode(deeper)).toBeUndefined();
    expect(decodeStruct(encodedByLibrary(deeper))).toBeUndefined();
  });

  it('with a value that is not JSON is left to the library, and the next one is encoded alone', () => {
    expect(structs.encode({ kept: 'x', lost: undefined })).toBeUndefined();
    expect(structs.encode({ a: 1 })).toEqual(encodedByLibrary({ a: 1 }));
  });

  it('that is large is encoded as the library does it, and so is the next one', () => {
    const large = { text: 'ä'.repeat(100_000), list: Array.from({ length: 5_000 }, (_, index) => index) };
    expect(structs.encode(large)).toEqual(encodedByLibrary(large));
    expect(structs.encode({ a: 1 })).toEqual(encodedByLibrary({ a: 1 }));
  });
});
