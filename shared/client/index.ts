/**
 * The entry `lro-orchestrator`: what clients, browsers and workers share. It imports no module of Node and no Google
 * client library.
 *
 * @module lro-orchestrator
 */
export { ApiError } from './api-error.ts';
export type { BulkAction, BulkOptions } from './bulk.ts';
export type { Code } from './code.ts';
export { createOperations, type OperationsOptions } from './create-operations.ts';
export {
  type ChildKind,
  type ChildOptions,
  type ChildRef,
  type CreateOptions,
  type Definition,
  type DefinitionOptions,
  type Dispatch,
  defineOperation,
  externalOperation,
} from './definition.ts';
export type { Duration } from './duration.ts';
export type { ExportedRecord } from './export.ts';
export type { Authorization, Retry } from './http-api.ts';
export type { ChildCounts, InspectedWait, Inspection } from './inspection.ts';
export type { JsonObject } from './json.ts';
export {
  isOperationError,
  OperationError,
  type OperationErrorOptions,
  type Status,
} from './operation-error.ts';
export type { OperationResource } from './operation-resource.ts';
export type {
  CallOptions,
  ChildRow,
  Erasure,
  Explanation,
  Handle,
  MetadataOf,
  NewOperationOptions,
  Operations,
  RerunOptions,
} from './operations.ts';
export type {
  In,
  IsJson,
  Json,
  MaybeSchema,
  MustBeJson,
  NamedSchemas,
  NoObject,
  Out,
  Schema,
  Wire,
} from './schema.ts';
export type { OperationChange } from './watch.ts';
