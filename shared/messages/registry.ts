/**
 * The message types that this deployment knows, for @bufbuild/protobuf: the .proto files under proto/ and the
 * well-known types that they import. proto3 JSON and the events of workers are read and written with it.
 */
import {
  type BinaryReadOptions,
  createFileRegistry,
  type DescMessage,
  fromBinary,
  type Message,
  type MessageShape,
} from '@bufbuild/protobuf';
import type { GenMessage } from '@bufbuild/protobuf/codegenv2';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import descriptorSet from '../../proto/generated/descriptors.js';
import type { CreateOperationRequest } from '../../proto/generated/lro/v1/create_operation_pb.js';
import type { LifecycleEvent } from '../../proto/generated/lro/v1/lifecycle_event_pb.js';
import { MAX_JSON_DEPTH } from './json-value.ts';

export const registry = createFileRegistry(
  fromBinary(FileDescriptorSetSchema, Buffer.from(descriptorSet, 'base64')),
);

/**
 * Returns the type with that full name, such as `google.longrunning.WaitOperationRequest`.
 *
 * @throws TypeError if no .proto file under proto/ declares it
 */
export function messageType<M extends Message = Message & Record<string, unknown>>(
  name: string,
): GenMessage<M> {
  const type = registry.getMessage(name);
  if (!type) throw new TypeError(`No .proto file declares ${name}.`);
  return type as GenMessage<M>;
}

/** The full name of the type in an Any's `type_url`: the part after its last slash. */
export function typeNameOfUrl(typeUrl: string): string {
  return typeUrl.slice(typeUrl.lastIndexOf('/') + 1);
}

export const lifecycleEventType = messageType<LifecycleEvent>('lro.v1.LifecycleEvent');
export const createOperationRequestType = messageType<CreateOperationRequest>(
  'lro.v1.CreateOperationRequest',
);

/**
 * The nesting limit of messages. One level of JSON is up to three messages in binary: an object is a Struct, an entry
 * of its map, and a Value.
 */
export const CODEC_OPTIONS = { recursionLimit: 3 * MAX_JSON_DEPTH };

/** Decodes a message of that type. @throws if the bytes are not one, or hold text that is not UTF-8 */
export function messageFromBinary<T extends DescMessage>(
  type: T,
  bytes: Uint8Array,
  options: Partial<BinaryReadOptions> = {},
): MessageShape<T> {
  return fromBinary(type, bytes, { ...CODEC_OPTIONS, ...options });
}
