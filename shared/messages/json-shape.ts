/**
 * Which fields of a message type need more than the library does with them in JSON: see `json-message.ts`. Most types
 * have none, and cost nothing.
 */
import { type DescField, type DescMessage, ScalarType } from '@bufbuild/protobuf';

export type SpecialKind = 'any' | 'timestamp' | 'float';

/** What is special in a field: its own value, or something below it. */
export interface SpecialField {
  readonly field: DescField;
  readonly kind: SpecialKind | 'message';
}

export interface JsonShape {
  /** What the type is special for itself, whichever field holds it. */
  readonly kind: SpecialKind | undefined;
  /** By the names that a field has in JSON: both may be used. */
  readonly byKey: ReadonlyMap<string, SpecialField>;
  readonly fields: readonly SpecialField[];
}

const shapes = new WeakMap<DescMessage, JsonShape>();

/** Computed once for each type: descriptors never change. */
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

/** Types may hold themselves, directly or through others: each is looked at once. */
function reachesSpecial(type: DescMessage, seen: Set<DescMessage>): boolean {
  if (seen.has(type)) return false;
  seen.add(type);
  return type.fields.some((field) => {
    if (!field.message) return kindOfField(field) !== undefined;
    return specialKindOf(field.message) !== undefined || reachesSpecial(field.message, seen);
  });
}
