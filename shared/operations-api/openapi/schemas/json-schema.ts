/** The parts of JSON Schema that the descriptions of the messages share. */
import type { JsonObject } from '../../../messages/json-value.ts';

export const time: JsonObject = { type: 'string', format: 'date-time' };
export const count: JsonObject = { type: 'integer', minimum: 0 };
export const text: JsonObject = { type: 'string' };
export const duration: JsonObject = { type: 'string', examples: ['90s'] };

export const ref = (name: string): JsonObject => ({ $ref: `#/components/schemas/${name}` });

/** Refuses other fields, so that tests find fields of real answers that are not described. */
export const closed = (properties: JsonObject, required: string[], rest: JsonObject = {}): JsonObject => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
  ...rest,
});

export const operationName: JsonObject = {
  type: 'string',
  pattern: '^operations/[A-Za-z0-9][A-Za-z0-9._~-]{0,127}$',
};

export const state = { enum: ['RUNNING', 'WAITING', 'SUCCEEDED', 'FAILED', 'CANCELLED'] };

/** An error without its details. */
export const shortError = closed({ code: { type: 'integer' }, message: text }, ['code', 'message']);
