/** Payloads of types that a deployment adds under proto/. */
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFileRegistry, fromBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { beforeAll, expect, it, test } from 'vitest';
import { JsonCodec } from '../../shared/messages/json-codec.ts';
import { type JsonObject, parseJson } from '../../shared/messages/json-value.ts';

const PROTO = `
syntax = "proto3";
package own.v1;
import "google/protobuf/any.proto";
import "google/protobuf/struct.proto";
import "google/protobuf/timestamp.proto";

message Own {
  enum Kind { KIND_UNSPECIFIED = 0; FIRST = 1; }
  string field_1 = 1;
  string renamed = 2 [json_name = "other"];
  map<int64, string> by_number = 3;
  map<string, bytes> blobs = 4;
  repeated bytes chunks = 5;
  repeated double doubles = 6;
  google.protobuf.Value value = 7;
  Kind kind = 8;
  repeated float floats = 9;
  map<string, google.protobuf.Any> anys = 10;
  repeated google.protobuf.Timestamp times = 11;
  oneof choice { Own own = 12; float ratio = 13; google.protobuf.Any any = 14; }
}
`;

const TYPE = 'example.com/own.v1.Own';
let codec: JsonCodec;

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lro-own-types-'));
  await writeFile(join(folder, 'own.proto'), PROTO);
  const buf = createRequire(import.meta.url).resolve('@bufbuild/buf/bin/buf');
  const file = join(folder, 'own.binpb');
  const built = spawnSync(process.execPath, [buf, 'build', folder, '--as-file-descriptor-set', '-o', file]);
  expect(built.stderr.toString()).toBe('');
  codec = new JsonCodec(createFileRegistry(fromBinary(FileDescriptorSetSchema, await readFile(file))));
  await rm(folder, { recursive: true });
});

const read = (fields: JsonObject) => codec.readAny({ '@type': TYPE, ...fields }, 'p');
const roundTrip = (fields: JsonObject) => codec.writeAny(read(fields));

it.each<[string, JsonObject]>([
  ['a name with a number behind its underscore', { field1: 'x' }],
  ['a json_name', { other: 'x' }],
  ['a map with numbers as keys', { byNumber: { '-5': 'a', '9007199254740993': 'b' } }],
  ['a map of bytes', { blobs: { a: 'AP8=', __proto__x: '' } }],
  ['repeated bytes', { chunks: ['AP8=', ''] }],
  ['doubles that are no numbers', { doubles: ['NaN', 'Infinity', '-Infinity', 1.5] }],
  ['a Value that is null', { value: null }],
  ['a Value that is an object', { value: { a: [null, 1] } }],
  ['an enum by its name', { kind: 'FIRST' }],
  ['an enum number that has no name', { kind: 77 }],
  ['floats', { floats: [0.1, 3.4028235e38, 1e-45, 16777216, -0.3] }],
  ['times', { times: ['2025-01-27T10:42:15.500Z'] }],
  ['a float in a oneof', { ratio: 0.1 }],
  [
    'Anys at every place',
    {
      anys: {
        known: { '@type': TYPE, field1: 'x' },
        unknown: { '@type': 'example.com/some.Type', value: 'AP8=' },
      },
      own: { any: { '@type': TYPE, any: { '@type': 'example.com/other.Type', value: '' } } },
    },
  ],
])('%s comes out as it went in', (_, fields) => {
  expect(roundTrip(fields)).toEqual({ '@type': TYPE, ...fields });
});

test('the names of the .proto file and enum numbers are read as well', () => {
  expect(roundTrip({ field_1: 'x', renamed: 'y', by_number: { '1': 'a' }, kind: 1 })).toEqual({
    '@type': TYPE,
    field1: 'x',
    other: 'y',
    byNumber: { '1': 'a' },
    kind: 'FIRST',
  });
});

it.each<[string, string, string]>([
  ['a key that is no number', '{"byNumber":{"a":"x"}}', 'p.byNumber.a'],
  ['a key beyond 64 bits', '{"byNumber":{"9223372036854775808":"x"}}', 'p.byNumber.9223372036854775808'],
  ['bytes that are no base64', '{"blobs":{"a":"!"}}', 'p.blobs.a'],
  ['a list with null', '{"chunks":[null]}', 'p.chunks[0]'],
  ['an enum by an unknown name', '{"kind":"toString"}', 'p.kind'],
  ['two of one oneof', '{"ratio":1,"own":{}}', 'p'],
  ['a field in both spellings', '{"field1":"a","field_1":"b"}', 'p.field_1'],
  [
    'a time that is none, deep inside',
    '{"own":{"own":{"times":["2025-02-30T00:00:00Z"]}}}',
    'p.own.own.times[0]',
  ],
  ['an Any that is none, in a map', '{"anys":{"k":{"@type":"no-url","value":""}}}', 'p.anys.k.@type'],
  ['a float beyond its range', '{"floats":[1,1e39]}', 'p.floats[1]'],
])('%s is refused by its field', (_, text, field) => {
  const fields = parseJson(Buffer.from(text), 'data') as JsonObject;
  expect(() => read(fields)).toThrow(expect.objectContaining({ field }));
});
