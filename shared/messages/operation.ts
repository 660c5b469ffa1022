/** google.longrunning.Operation: the view of an operation that callers and subscribers get. */
import type { google } from '../../proto/generated/messages.js';
import type { AllFields } from '../lifecycle/all-fields.ts';
import { isTerminal, type Operation } from '../lifecycle/operation.ts';
import type { AnyValue, Status } from '../lifecycle/result.ts';
import { anyToJson } from './json.ts';
import type { JsonObject } from './json-value.ts';
import { operationType } from './schema.ts';

/** A google.longrunning.Operation. Once it is done, exactly one of `error` and `response` is set. */
export interface OperationView {
  readonly name: string;
  readonly metadata?: AnyValue;
  readonly done: boolean;
  readonly error?: Status;
  readonly response?: AnyValue;
}

export function operationView(operation: Operation): OperationView {
  const { name, metadata } = operation;
  return {
    name,
    metadata: metadata?.value,
    done: isTerminal(operation),
    error: operation.state === 'FAILED' || operation.state === 'CANCELLED' ? operation.error : undefined,
    response: operation.state === 'SUCCEEDED' ? operation.response : undefined,
  } satisfies AllFields<OperationView>;
}

export function encodeOperation(operation: Operation): Uint8Array {
  return operationType.encode(toProtoOperation(operationView(operation))).finish();
}

export function toProtoOperation(view: OperationView): google.longrunning.IOperation {
  const { name, metadata, done, error, response } = view;
  return {
    name,
    done,
    metadata: metadata && toProtoAny(metadata),
    error: error && toProtoStatus(error),
    response: response && toProtoAny(response),
  };
}

export function decodeOperation(bytes: Uint8Array): OperationView {
  const message = operationType.decode(bytes) as google.longrunning.IOperation;
  return {
    name: message.name ?? '',
    metadata: message.metadata ? fromProtoAny(message.metadata) : undefined,
    done: message.done ?? false,
    error: message.error ? fromProtoStatus(message.error) : undefined,
    response: message.response ? fromProtoAny(message.response) : undefined,
  } satisfies AllFields<OperationView>;
}

/** proto3 JSON. `done` is absent until it is true. */
export function operationToJson({ name, metadata, done, error, response }: OperationView): JsonObject {
  return {
    name,
    metadata: metadata && anyToJson(metadata),
    done: done || undefined,
    error: error && statusToJson(error),
    response: response && anyToJson(response),
  };
}

/**
 * The same JSON, whose payload fields are computed when they are read, so that an answer whose field mask leaves them out does
 * not pay for them.
 */
export function deferredOperationJson({ name, metadata, done, error, response }: OperationView): JsonObject {
  const json: JsonObject = { name };
  if (metadata) defer(json, 'metadata', () => anyToJson(metadata));
  if (done) json.done = done;
  if (error) defer(json, 'error', () => statusToJson(error));
  if (response) defer(json, 'response', () => anyToJson(response));
  return json;
}

function defer(json: JsonObject, field: string, make: () => JsonObject): void {
  Object.defineProperty(json, field, { enumerable: true, configurable: true, get: make });
}

export function statusToJson({ code, message, details }: Status): JsonObject {
  return {
    code,
    message,
    details: details.length > 0 ? details.map(anyToJson) : undefined,
  };
}

export function toProtoAny({ typeUrl, value }: AnyValue): google.protobuf.IAny {
  return { type_url: typeUrl, value };
}

export function toProtoStatus({ code, message, details }: Status): google.rpc.IStatus {
  return { code, message, details: details.map(toProtoAny) };
}

export function fromProtoAny(any: google.protobuf.IAny): AnyValue {
  return { typeUrl: any.type_url ?? '', value: any.value ?? new Uint8Array() };
}

export function fromProtoStatus(status: google.rpc.IStatus): Status {
  return {
    code: status.code ?? 0,
    message: status.message ?? '',
    details: (status.details ?? []).map(fromProtoAny),
  };
}
