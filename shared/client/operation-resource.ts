import { payloadFromAny } from './any.ts';
import type { JsonObject } from './json.ts';
import { fromWireStatus, type OperationError, type WireStatus } from './operation-error.ts';

/** google.longrunning.Operation in proto3 JSON. */
export interface WireOperation {
  readonly name: string;
  readonly done?: boolean;
  readonly metadata?: JsonObject;
  readonly response?: JsonObject;
  readonly error?: WireStatus;
}

/** google.longrunning.Operation with plain payloads. `M` is the type of the metadata. */
export interface OperationResource<M = JsonObject> {
  /** `operations/{id}` */
  readonly name: string;
  /** Whether the operation has ended: with a response, an error, or cancelled. */
  readonly done: boolean;
  /** The metadata that the worker published last; `{}` if it published none. */
  readonly metadata: M;
  /** Set if the operation succeeded. */
  readonly response?: JsonObject;
  /** Set if the operation failed or was cancelled. */
  readonly error?: OperationError;
}

export function operationResource({
  name,
  done,
  metadata,
  response,
  error,
}: WireOperation): OperationResource {
  return {
    name,
    done: done === true,
    metadata: payloadFromAny(metadata),
    response: done && !error ? payloadFromAny(response) : undefined,
    error: error && fromWireStatus(error, name),
  };
}

/** The path of an operation's calls: `/v1/operations/{id}`. Accepts the id or the full name. */
export function operationPath(name: string): string {
  return `/v1/operations/${encodeURIComponent(idOf(name))}`;
}

/** `operations/{id}`. Accepts the id or the full name. */
export function wholeName(name: string): string {
  return `operations/${idOf(name)}`;
}

function idOf(name: string): string {
  return name.replace(/^operations\//, '');
}
