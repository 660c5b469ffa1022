import { InvalidInput } from '../../../shared/orchestrator/ports/failure.ts';

/** The fields of a resource that an update may name, in their JSON form. */
export interface UpdatableFields {
  readonly mutable: readonly string[];
  readonly immutable: readonly string[];
}

/**
 * Returns the fields that an update names, in their JSON form, even if the update writes them in the other form. Like
 * Pub/Sub, refuses a mask that is empty or names a field that is unknown or cannot change. https://google.aip.dev/134
 * @throws InvalidInput
 */
export function updatedFields(paths: readonly string[], { mutable, immutable }: UpdatableFields): string[] {
  if (paths.length === 0) throw new InvalidInput('updateMask', 'must name a field');
  return paths.map((path) => {
    const field = path.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
    if (immutable.includes(field))
      throw new InvalidInput('updateMask', `names ${path}, which an update can't change`);
    if (!mutable.includes(field))
      throw new InvalidInput('updateMask', `names ${path}, which is not a field that an update can change`);
    return field;
  });
}

/** Returns the resource with the named fields of the update. Named fields that the update lacks get their defaults. */
export function withUpdate(resource: object, update: object, fields: readonly string[]): object {
  const entries = new Map<string, unknown>(Object.entries(resource));
  const updates = new Map<string, unknown>(Object.entries(update));
  for (const field of fields) {
    entries.delete(field);
    if (updates.has(field)) entries.set(field, updates.get(field));
  }
  return Object.fromEntries(entries);
}

/** A FieldMask in JSON. https://protobuf.dev/reference/protobuf/google.protobuf/#json-encoding-field-masks */
export function pathsOf(mask: string): string[] {
  return mask.split(',').filter((path) => path !== '');
}
