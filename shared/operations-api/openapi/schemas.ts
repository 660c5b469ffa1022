/** The messages of the API in JSON Schema, as used by OpenAPI 3.1. */
import type { JsonObject } from '../../messages/json-value.ts';
import { callerRequests } from './schemas/caller-requests.ts';
import { children } from './schemas/children.ts';
import { creation } from './schemas/creation.ts';
import { error } from './schemas/error.ts';
import { explanation } from './schemas/explanation.ts';
import { inspection } from './schemas/inspection.ts';
import { operation } from './schemas/operation.ts';
import { operationData } from './schemas/operation-data.ts';
import { plainRequests } from './schemas/plain-requests.ts';
import { workerCalls } from './schemas/worker-calls.ts';

export const schemas: JsonObject = {
  ...operationData,
  ...operation,
  ...creation,
  ...workerCalls,
  ...callerRequests,
  ...children,
  ...plainRequests,
  ...inspection,
  ...explanation,
  ...error,
};
