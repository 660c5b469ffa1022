/**
 * The message types that this deployment knows, for @bufbuild/protobuf: the .proto files under proto/, and the
 * well-known types that these import. It reads and writes proto3 JSON and the events of workers with them.
 */
import {
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
 * The type of that full name, such as `google.longrunning.WaitOperationRequest`.
 *
 * @throws TypeError where no .proto file under proto/ declares it.
 */
export function messageType<M extends Message = Message & Record<string, unknown>>(
  name: string,
): GenMessage<M> {
  const type = registry.getMessage(name);
  if (!type) throw new TypeError(`No .proto file declares ${name}.`);
  return type as GenMessage<M>;
}

/** The full name of the type that an Any's `type_url` names: the part behind its last slash. */
export function typeNameOfUrl(typeUrl: string): string {
  return typeUrl.slice(typeUrl.lastIndexOf('/') + 1);
}

export const lifecycleEventType = messageType<LifecycleEvent>('lro.v1.LifecycleEvent');
export const createOperationRequestType = messageType<CreateOperationRequest>(
  'lro.v1.CreateOperationRequest',
);

/**
 * How deep messages may nest. A level of JSON is up to three messages in binary: an object is a Struct, an entry of its
 * map, and a Value.
 */
export const CODEC_OPTIONS = { recursionLimit: 3 * MAX_JSON_DEPTH };

/** The message of that type that the bytes hold. @throws where they hold none, or text that is not UTF-8. */
export function messageFromBinary<T extends DescMessage>(type: T, bytes: Uint8Array): MessageShape<T> {
  return fromBinary(type, bytes, CODEC_OPTIONS);
}
