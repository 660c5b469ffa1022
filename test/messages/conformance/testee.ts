/**
 * The program that Google's conformance test runner talks to: it reads and writes with the project's own codec, over the
 * types of the descriptor set whose file is its argument.
 *
 * Each request and each answer is a message behind its length in four bytes, little endian.
 * https://github.com/protocolbuffers/protobuf/blob/main/conformance/conformance.proto
 */
import { readFileSync, readSync, writeSync } from 'node:fs';
import {
  create,
  createFileRegistry,
  type DescMessage,
  fromBinary,
  type Message,
  toBinary,
} from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { JsonCodec } from '../../../shared/messages/json-codec.ts';
import { parseJson } from '../../../shared/messages/json-value.ts';
import { messageFromBinary } from '../../../shared/messages/registry.ts';

const [, , descriptors = ''] = process.argv;
const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, readFileSync(descriptors)));
const strict = new JsonCodec(registry);
const lenient = new JsonCodec(registry, { ignoreUnknownFields: true });
const requestType = typeNamed('conformance.ConformanceRequest');
const responseType = typeNamed('conformance.ConformanceResponse');

interface Request {
  readonly payload: { readonly case: string; readonly value: Uint8Array | string };
  readonly requestedOutputFormat: number;
  readonly messageType: string;
  readonly testCategory: number;
}

const PROTOBUF = 1;
const JSON_FORMAT = 2;
const JSON_IGNORE_UNKNOWN_PARSING_TEST = 3;

for (let request = receive(); request; request = receive()) send(answer(request));

function answer(request: Request): { case: string; value: Uint8Array | string } {
  const type = registry.getMessage(request.messageType);
  if (!type) return { case: 'skipped', value: `${request.messageType} is not known` };
  const { payload, requestedOutputFormat } = request;
  const codec = request.testCategory === JSON_IGNORE_UNKNOWN_PARSING_TEST ? lenient : strict;
  let message: Message;
  try {
    if (payload.case === 'protobufPayload') message = messageFromBinary(type, payload.value as Uint8Array);
    else if (payload.case === 'jsonPayload')
      message = codec.read(type, parseJson(Buffer.from(payload.value), 'json'));
    else return { case: 'skipped', value: `${payload.case} is not read` };
  } catch (error) {
    return { case: 'parseError', value: String(error) };
  }
  try {
    if (requestedOutputFormat === PROTOBUF)
      return { case: 'protobufPayload', value: toBinary(type, message) };
    if (requestedOutputFormat === JSON_FORMAT) {
      return { case: 'jsonPayload', value: JSON.stringify(codec.write(type, message)) };
    }
    return { case: 'skipped', value: `the output format ${requestedOutputFormat} is not written` };
  } catch (error) {
    return { case: 'serializeError', value: String(error) };
  }
}

function typeNamed(name: string): DescMessage {
  const type = registry.getMessage(name);
  if (!type) throw new TypeError(`${descriptors} does not have ${name}`);
  return type;
}

/** undefined once the runner has closed the pipe. */
function receive(): Request | undefined {
  const length = receiveBytes(4);
  if (!length) return undefined;
  const bytes = receiveBytes(length.readUInt32LE());
  return bytes && (fromBinary(requestType, bytes) as unknown as Request);
}

function receiveBytes(size: number): Buffer | undefined {
  const bytes = Buffer.alloc(size);
  for (let read = 0; read < size; ) {
    const count = readSync(0, bytes, read, size - read, null);
    if (count === 0) return undefined;
    read += count;
  }
  return bytes;
}

function send(result: { case: string; value: Uint8Array | string }): void {
  const response = create(responseType, { result });
  const bytes = toBinary(responseType, response);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes.length);
  for (const part of [length, bytes]) {
    for (let written = 0; written < part.length; ) written += writeSync(1, part, written);
  }
}
