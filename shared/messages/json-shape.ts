/**
 * Knows which fields of a message type need special treatment in JSON, beyond the library's: see `json-reader.ts` and
 * `json-writer.ts`. Most types have none, and cost nothing.
 */
import { type DescField, type DescMessage, ScalarType } from '@bufbuild/protobuf';

export type SpecialKind = 'any' | 'timestamp' | 'float';

/** What is special about a field: its own value, or a field below it. */
export interface SpecialField {
  readonly field: DescField;
  readonly kind: SpecialKind | 'message';
}

export interface JsonShape {
  /** What is special about the type itself, in whichever field. */
  readonly kind: SpecialKind | undefined;
  /** By the JSON name and by the original name of a field: both may be used. */
  readonly byKey: ReadonlyMap<string, SpecialField>;
  readonly fields: readonly SpecialField[];
}

const shapes = new WeakMap<DescMessage, JsonShape>();

/** Computed once for each type, because descriptors never change. */
export function jsonShapeOf(type: DescMessage): JsonShape {
  const known = shapes.get(type);
  if (known) return known;
  const fields = type.fields.flatMap((field): SpecialField[] => {
    const kind = kindOfField(field);
    return kind ? [{ field, kind }] : [];
  });
  const byKey = new Map(
    fields.flatMap((special) => [
      [special.field.name, special] as const,
      [special.field.jsonName, special] as const,
    ]),
  );
  const shape = { kind: specialKindOf(type), byKey, fields };
  shapes.set(type, shape);
  return shape;
}

function specialKindOf(type: DescMessage): SpecialKind | undefined {
  switch (type.typeName) {
    case 'google.protobuf.Any':
      return 'any';
    case 'google.protobuf.Timestamp':
      return 'timestamp';
    case 'google.protobuf.FloatValue':
      return 'float';
    default:
      return undefined;
  }
}

function kindOfField(field: DescField): SpecialField['kind'] | undefined {
  if (field.message) {
    return specialKindOf(field.message) ?? (reachesSpecial(field.message, new Set()) ? 'message' : undefined);
  }
  return 'scalar' in field && field.scalar === ScalarType.FLOAT ? 'float' : undefined;
}

/** Types may contain themselves, directly or through others. Each type is visited once. */
function reachesSpecial(type: DescMessage, seen: Set<DescMessage>): boolean {
  if (seen.has(type)) return false;
  seen.add(type);
  return type.fields.some((field) => {
    if (!field.message) return kindOfField(field) !== undefined;
    return specialKindOf(field.message) !== undefined || reachesSpecial(field.message, seen);
  });
}
