import type { DefinitionSpec } from '../client/definition.ts';
import { invalidArgument } from '../client/operation-error.ts';
import type { Schema } from '../client/schema.ts';

/**
 * Tells users of JavaScript what the compiler tells users of TypeScript about a definition. The worker checks it and not the
 * definition, which is also in the browser.
 *
 * @throws OperationError INVALID_ARGUMENT that names the method and the field
 */
export function requireSpec({ method, input, response, metadata, notifications }: DefinitionSpec): void {
  if (typeof method !== 'string' || method === '') {
    throw invalidArgument('method: must be the full name of the API method');
  }
  requireSchema(input, `${method}: input`);
  if (response !== undefined) requireSchema(response, `${method}: response`);
  if (metadata !== undefined) requireSchema(metadata, `${method}: metadata`);
  for (const [name, schema] of Object.entries(notifications ?? {})) {
    requireSchema(schema, `${method}: notifications.${name}`);
  }
}

function requireSchema(schema: unknown, what: string): void {
  const { validate } = (schema as Partial<Schema> | undefined)?.['~standard'] ?? {};
  if (typeof validate !== 'function')
    throw invalidArgument(`${what}: must be a Standard Schema, as valibot, zod and arktype make them`);
}
