import { OperationError } from './operation-error.ts';
import { requireSchema } from './schema.ts';

/**
 * Tells users of JavaScript at the definition what the compiler tells users of TypeScript.
 *
 * @throws OperationError INVALID_ARGUMENT that names the method and the field
 */
export function requireSpec({
  method,
  input,
  response,
  metadata,
  notifications,
}: {
  method: unknown;
  input: unknown;
  response?: unknown;
  metadata?: unknown;
  notifications?: object;
}): void {
  if (typeof method !== 'string' || method === '') {
    throw new OperationError('INVALID_ARGUMENT', 'method: must be the full name of the API method');
  }
  requireSchema(input, `${method}: input`);
  if (response !== undefined) requireSchema(response, `${method}: response`);
  if (metadata !== undefined) requireSchema(metadata, `${method}: metadata`);
  for (const [name, schema] of Object.entries(notifications ?? {})) {
    requireSchema(schema, `${method}: notifications.${name}`);
  }
}
