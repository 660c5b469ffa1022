/**
 * Validates payloads with Standard Schema: a schema's input form travels, and code sees its output form.
 * https://standardschema.dev
 *
 * Payloads are JSON objects, because they travel as google.protobuf.Struct or as a message.
 */
import type { StandardSchemaV1 as Schema } from '@standard-schema/spec';
import type { Code } from './code.ts';
import { OperationError } from './operation-error.ts';

/** A Standard Schema, as valibot, zod and arktype make them: https://standardschema.dev */
export type { Schema };
/** The input form of a schema: what travels. */
export type In<S> = S extends Schema ? Schema.InferInput<S> : never;
/** The output form of a schema: what code sees. */
export type Out<S> = S extends Schema ? Schema.InferOutput<S> : never;
/** A schema, or undefined where a definition leaves it out. */
export type MaybeSchema = Schema | undefined;
/** The schemas of notifications, by name. */
export type NamedSchemas = Readonly<Record<string, Schema>>;

/** The type, if JSON can hold it; `never` in the places of what JSON cannot hold. */
export type Json<T> = unknown extends T
  ? T
  : T extends string | number | boolean | null | undefined
    ? T
    : T extends bigint | symbol | Date | ReadonlyMap<any, any> | ReadonlySet<any> | ((...a: any) => any)
      ? never
      : { [K in keyof T]: Json<T[K]> };
/** The compile error for a payload with a value that JSON cannot hold. */
export type MustBeJson = {
  /** The error. */
  'must be JSON': never;
};
/** A compile error, unless JSON can hold the type. */
export type IsJson<T> = [T] extends [Json<T>] ? unknown : MustBeJson;
/** The compile error for a payload that is not an object. */
export type NoObject = {
  /** The error. */
  'must be an object': never;
};
/** The input form of a payload's schema must be a JSON object. */
export type Wire<S> = [In<S>] extends [readonly unknown[]]
  ? NoObject
  : [In<S>] extends [object]
    ? IsJson<In<S>>
    : NoObject;
/** The compile error for a state that its schema does not read again. */
export type MustSurvive = {
  /** The error. */
  'must survive being saved and read': never;
};
/** The output form of a state's schema must be JSON that the schema accepts again. */
export type Stable<S> = Out<S> extends In<S> ? IsJson<Out<S>> : MustSurvive;

/**
 * Returns the output form of a value.
 *
 * @param operation the operation that the value is of, for the error
 * @throws OperationError with `code`, the path and the schema's message
 */
export function parse<S extends Schema>(
  schema: S,
  value: unknown,
  what: string,
  code: Code,
  operation?: string,
): Out<S> | Promise<Out<S>> {
  const result = schema['~standard'].validate(value);
  const accepted = (settled: Schema.Result<unknown>): Out<S> => {
    if (!settled.issues) return settled.value as Out<S>;
    const issues = settled.issues.map(({ path, message }) => `${fieldPath(what, path)}: ${message}`);
    throw new OperationError(code, issues.join('; '), { operation });
  };
  return result instanceof Promise ? result.then(accepted) : accepted(result);
}

function fieldPath(what: string, path: Schema.Issue['path']): string {
  return (path ?? []).reduce<string>((text, segment) => {
    const key = typeof segment === 'object' ? segment.key : segment;
    return typeof key === 'number' ? `${text}[${key}]` : `${text}.${String(key)}`;
  }, what);
}
