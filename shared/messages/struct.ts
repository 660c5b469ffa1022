/**
 * Converts JSON objects to and from the bytes of a google.protobuf.Struct. Nearly every payload is one, and the library converts a Struct
 * by a message for each value, which takes two to four times as long.
 *
 * Invariant: both functions give what the library gives, or undefined for input that needs the library: values that are not JSON, bytes in
 * another form than every encoder writes, and deep nesting.
 */
import { BinaryReader, BinaryWriter } from '@bufbuild/protobuf/wire';
import { type JsonObject, type JsonValue, MAX_JSON_DEPTH } from './json-value.ts';

/** The tags of the fields: the number of the field and its wire type. */
const STRUCT_FIELDS = 10;
const ENTRY_KEY = 10;
const ENTRY_VALUE = 18;
const NULL_VALUE = 8;
const NUMBER_VALUE = 17;
const STRING_VALUE = 26;
const BOOL_VALUE = 32;
const STRUCT_VALUE = 42;
const LIST_VALUE = 50;
const LIST_VALUES = 10;

/** The largest result after which the writer is used again. It keeps its buffer. */
const MAX_KEPT_BYTES = 65_536;

export class StructEncoder {
  /** `finish` makes a copy of what is written, and begins again. */
  #writer = new BinaryWriter();

  encode(json: JsonObject): Uint8Array | undefined {
    const isWritten = writeFields(this.#writer, json, 1);
    const bytes = this.#writer.finish();
    if (bytes.length > MAX_KEPT_BYTES) this.#writer = new BinaryWriter();
    return isWritten ? bytes : undefined;
  }
}

/** Returns false if the library has to write the value. */
function writeFields(writer: BinaryWriter, json: JsonObject, depth: number): boolean {
  for (const key of Object.keys(json)) {
    writer.uint32(STRUCT_FIELDS).fork().uint32(ENTRY_KEY).string(key).uint32(ENTRY_VALUE).fork();
    if (!writeValue(writer, json[key], depth)) return false;
    writer.join().join();
  }
  return true;
}

function writeValue(writer: BinaryWriter, value: JsonValue | undefined, depth: number): boolean {
  switch (typeof value) {
    case 'string':
      writer.uint32(STRING_VALUE).string(value);
      return true;
    case 'number':
      writer.uint32(NUMBER_VALUE).double(value);
      return true;
    case 'boolean':
      writer.uint32(BOOL_VALUE).bool(value);
      return true;
    case 'object':
      if (value === null) {
        writer.uint32(NULL_VALUE).int32(0);
        return true;
      }
      if (depth === MAX_JSON_DEPTH) return false;
      writer.uint32(Array.isArray(value) ? LIST_VALUE : STRUCT_VALUE).fork();
      if (!(Array.isArray(value) ? writeItems : writeFields)(writer, value as never, depth + 1)) return false;
      writer.join();
      return true;
    default:
      return false;
  }
}

function writeItems(writer: BinaryWriter, items: readonly JsonValue[], depth: number): boolean {
  for (const item of items) {
    writer.uint32(LIST_VALUES).fork();
    if (!writeValue(writer, item, depth)) return false;
    writer.join();
  }
  return true;
}

export function decodeStruct(bytes: Uint8Array): JsonObject | undefined {
  try {
    return readFields(new BinaryReader(bytes), bytes.length, 1);
  } catch {
    return undefined;
  }
}

/** Returns undefined if the library has to read the value. */
function readFields(reader: BinaryReader, end: number, depth: number): JsonObject | undefined {
  const json: JsonObject = {};
  while (reader.pos < end) {
    if (reader.uint32() !== STRUCT_FIELDS) return undefined;
    const entryEnd = endOfNext(reader);
    if (reader.uint32() !== ENTRY_KEY) return undefined;
    const key = reader.string(true);
    if (reader.uint32() !== ENTRY_VALUE || key === '__proto__') return undefined;
    const value = readValue(reader, depth);
    if (value === undefined || reader.pos !== entryEnd) return undefined;
    json[key] = value;
  }
  return reader.pos === end ? json : undefined;
}

/** Reads the length of a Value, and the Value, which has exactly one field. */
function readValue(reader: BinaryReader, depth: number): JsonValue | undefined {
  const end = endOfNext(reader);
  const value = readKind(reader, depth);
  return reader.pos === end ? value : undefined;
}

function readKind(reader: BinaryReader, depth: number): JsonValue | undefined {
  switch (reader.uint32()) {
    case STRING_VALUE:
      return reader.string(true);
    case NUMBER_VALUE: {
      const number = reader.double();
      return Number.isFinite(number) ? number : undefined;
    }
    case BOOL_VALUE:
      return reader.bool();
    case NULL_VALUE:
      return reader.int32() === 0 ? null : undefined;
    case STRUCT_VALUE:
      return depth === MAX_JSON_DEPTH ? undefined : readFields(reader, endOfNext(reader), depth + 1);
    case LIST_VALUE:
      return depth === MAX_JSON_DEPTH ? undefined : readItems(reader, endOfNext(reader), depth + 1);
    default:
      return undefined;
  }
}

function readItems(reader: BinaryReader, end: number, depth: number): JsonValue[] | undefined {
  const items: JsonValue[] = [];
  while (reader.pos < end) {
    if (reader.uint32() !== LIST_VALUES) return undefined;
    const item = readValue(reader, depth);
    if (item === undefined) return undefined;
    items.push(item);
  }
  return reader.pos === end ? items : undefined;
}

/** Reads the length of a part. Returns the position at which the part ends. */
function endOfNext(reader: BinaryReader): number {
  const length = reader.uint32();
  return reader.pos + length;
}
