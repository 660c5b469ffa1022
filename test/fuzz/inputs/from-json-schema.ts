/** Values that a JSON schema of an OpenAPI document allows. */
import fc from 'fast-check';
import type { Json } from './hostile.ts';
import { plausibleText } from './plausible.ts';

// biome-ignore lint/suspicious/noExplicitAny: a schema is read by asking what it has
type Schema = any;

const MAX_DEPTH = 4;

export class JsonSchemas {
  readonly #schemas: Readonly<Record<string, Schema>>;

  constructor(document: { readonly components?: { readonly schemas?: Readonly<Record<string, Schema>> } }) {
    this.#schemas = document.components?.schemas ?? {};
  }

  valuesOf(schema: Schema, field = '', depth = 0): fc.Arbitrary<Json> {
    if (schema === undefined || depth > MAX_DEPTH) return fc.constant({});
    if (schema.$ref) {
      const name = String(schema.$ref).split('/').at(-1) ?? '';
      return this.valuesOf(this.#schemas[name], field, depth);
    }
    if (schema.enum) return fc.constantFrom(...(schema.enum as Json[]));
    if (schema.const !== undefined) return fc.constant(schema.const as Json);
    const one = schema.oneOf ?? schema.anyOf;
    if (one) {
      const each: fc.Arbitrary<Json>[] = one.map((item: Schema) => this.valuesOf(item, field, depth + 1));
      return fc.oneof(...each);
    }
    if (schema.allOf) return this.valuesOf(Object.assign({}, ...schema.allOf), field, depth);
    return this.#ofType(schema, field, depth);
  }

  #ofType(schema: Schema, field: string, depth: number): fc.Arbitrary<Json> {
    switch (Array.isArray(schema.type) ? schema.type[0] : schema.type) {
      case 'string':
        return plausibleText(field, schema.format);
      case 'integer':
        return fc.integer({ min: Math.max(schema.minimum ?? 0, -1_000), max: schema.maximum ?? 2_000 });
      case 'number':
        return fc.double({ noNaN: true, noDefaultInfinity: true });
      case 'boolean':
        return fc.boolean();
      case 'array':
        return fc.array(this.valuesOf(schema.items, field, depth + 1), { maxLength: 3 });
      default:
        return this.#object(schema, depth);
    }
  }

  #object(schema: Schema, depth: number): fc.Arbitrary<Json> {
    const properties = Object.entries((schema.properties ?? {}) as Record<string, Schema>);
    const required = new Set<string>(schema.required ?? []);
    const fields = properties.map(([name, value]) => {
      const values = this.valuesOf(value, name, depth + 1);
      const maybe = required.has(name)
        ? values.map((item) => [item])
        : fc.option(values, { freq: 4 }).map((item) => (item === null ? [] : [item]));
      return maybe.map((items) => items.map((item) => [name, item] as const));
    });
    if (fields.length === 0) return fc.constant({});
    return fc.tuple(...fields).map((all) => Object.fromEntries(all.flat()) as Json);
  }
}
