/**
 * Converts messages and google.protobuf.Any to and from proto3 JSON, without loss, over the types of one registry.
 *
 * An Any of a type in the registry has its JSON form: its fields beside `@type`, or `value` for the types with a
 * special form. An Any of another type keeps its bytes: `{"@type": …, "value": "<base64>"}`.
 */
import {
  type DescMessage,
  type JsonReadOptions,
  type JsonWriteOptions,
  type Message,
  type MessageShape,
  type Registry,
  toBinary,
} from '@bufbuild/protobuf';
import { hasCustomJsonRepresentation } from '@bufbuild/protobuf/wkt';
import type { AnyValue } from '../lifecycle/result.ts';
import { InvalidInput } from '../orchestrator/ports/failure.ts';
import { type AnyReader, type ReadOptions, readMessage } from './json-reader.ts';
import { isJsonObject, type JsonObject, type JsonValue } from './json-value.ts';
import { type AnyWriter, writeMessage } from './json-writer.ts';
import { requireFewValues } from './least-size.ts';
import { CODEC_OPTIONS, messageFromBinary, typeNameOfUrl } from './registry.ts';
import { isBase64 } from './text.ts';

/** A type name after a slash. The text before the slash has no meaning. */
const TYPE_URL = /\/[^/]+$/;
const EMPTY = 'google.protobuf.Empty';

export class JsonCodec {
  readonly #types: Registry;
  readonly #readOptions: JsonReadOptions;
  readonly #writeOptions: Partial<JsonWriteOptions>;
  // Made once, because a function for each message shows in the time of an event.
  readonly #readAny: AnyReader = (json, path, maxBytes) => this.readAny(json, path, maxBytes);
  readonly #writeAny: AnyWriter = (any) => this.writeAny(any);

  /** @param types the types that an Any may be decoded as */
  constructor(types: Registry, options: ReadOptions = {}) {
    this.#types = types;
    this.#readOptions = {
      ignoreUnknownFields: options.ignoreUnknownFields ?? false,
      recursionLimit: CODEC_OPTIONS.recursionLimit,
      registry: types,
    };
    this.#writeOptions = { registry: types };
  }

  /**
   * Reads the message that `json` represents.
   *
   * @param path of the JSON in the request or event, for errors
   * @param maxAnyBytes the limit of each Any within the message
   * @throws InvalidInput that names the field and its rule, and quotes nothing of the value
   */
  read<T extends DescMessage>(
    type: T,
    json: JsonValue,
    path = '',
    maxAnyBytes = Number.POSITIVE_INFINITY,
  ): MessageShape<T> {
    return readMessage(type, json, path, this.#readAny, maxAnyBytes, this.#readOptions);
  }

  /**
   * Writes the message in proto3 JSON. The caller must not use the message afterwards, because writing changes it.
   *
   * @throws if it has no JSON form, such as a Duration that is out of range
   */
  write(type: DescMessage, message: Message): JsonValue {
    return writeMessage(type, message, this.#writeAny, this.#writeOptions);
  }

  /**
   * Writes the JSON of an Any, or its bytes if its type is unknown, its bytes are invalid, or its value has no JSON
   * form.
   */
  writeAny(any: AnyValue): JsonObject {
    try {
      return this.writeOpenAny(any);
    } catch {
      return bytesForm(any);
    }
  }

  /** @throws if the bytes are not a message of their type, or the message has no JSON form */
  writeOpenAny(any: AnyValue): JsonObject {
    const { typeUrl, value } = any;
    if (typeUrl === '' && value.length === 0) return {};
    const type = this.#typeOf(typeUrl);
    if (!type) return bytesForm(any);
    const json = this.write(type, messageFromBinary(type, value));
    if (hasCustomJsonRepresentation(type)) return { '@type': typeUrl, value: json };
    return { '@type': typeUrl, ...(json as JsonObject) };
  }

  /** @throws InvalidInput that names the field, below `path`, and the rule */
  readAny(json: JsonValue, path: string, maxBytes = Number.POSITIVE_INFINITY): AnyValue {
    if (!isJsonObject(json)) throw new InvalidInput(path, 'must be a JSON object with "@type"');
    const typeUrl = json['@type'];
    if (typeUrl === undefined && isEmpty(json)) return { typeUrl: '', value: new Uint8Array() };
    if (typeof typeUrl !== 'string' || !TYPE_URL.test(typeUrl)) {
      throw new InvalidInput(
        `${path}.@type`,
        'must be a type URL, such as "type.googleapis.com/google.protobuf.Struct"',
      );
    }
    const type = this.#typeOf(typeUrl);
    if (!type) return { typeUrl, value: bytesOf(json, typeUrl, path) };
    requireFewValues(type, json, path, maxBytes);
    const message = isInValue(type, json)
      ? this.read(type, valueAlone(json, path), `${path}.value`, maxBytes)
      : this.read(type, withoutType(json), path, maxBytes);
    return { typeUrl, value: toBinary(type, message) };
  }

  #typeOf(typeUrl: string): DescMessage | undefined {
    return this.#types.getMessage(typeNameOfUrl(typeUrl));
  }
}

function isEmpty(json: JsonObject): boolean {
  for (const _ in json) return false;
  return true;
}

/** The fields of an Any beside its type. */
function withoutType({ '@type': _, ...fields }: JsonObject): JsonObject {
  return fields;
}

/** Returns the first field of an Any beside `@type` and `value`, or undefined if there is none. */
function fieldBeside(any: JsonObject): string | undefined {
  for (const key in any) if (key !== '@type' && key !== 'value') return key;
  return undefined;
}

/**
 * Whether an Any of this type has its JSON in `value`. Go writes google.protobuf.Empty in this way, and other languages
 * write it as a message without fields. Both are read.
 */
function isInValue(type: DescMessage, any: JsonObject): boolean {
  return hasCustomJsonRepresentation(type) || (type.typeName === EMPTY && Object.keys(any).length > 1);
}

function valueAlone(any: JsonObject, path: string): JsonValue {
  const { value } = any;
  if (value === undefined) throw new InvalidInput(`${path}.value`, 'is required');
  const beside = fieldBeside(any);
  if (beside !== undefined) throw new InvalidInput(`${path}.${beside}`, 'is unknown');
  return value;
}

function bytesForm({ typeUrl, value }: AnyValue): JsonObject {
  return { '@type': typeUrl, value: Buffer.from(value).toString('base64') };
}

function bytesOf(any: JsonObject, typeUrl: string, path: string): Uint8Array {
  const { value } = any;
  if (typeof value === 'string' && isBase64(value) && fieldBeside(any) === undefined) {
    return Buffer.from(value, 'base64');
  }
  throw new InvalidInput(
    path,
    `is of the type ${typeNameOfUrl(typeUrl)}, which this deployment does not know: give its bytes as {"@type", "value": "<base64>"}, or add its .proto file`,
  );
}
