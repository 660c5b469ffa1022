import type { Creation } from './operation.ts';
import type { OperationName } from './operation-name.ts';
import { operationId } from './operation-name.ts';
import type { AnyValue } from './result.ts';

/** A child that a `waiting` event creates, with this operation as its parent. */
export interface SpawnedChild {
  readonly name: OperationName;
  /** Names the child within its parent. */
  readonly key: string;
  readonly creation: Creation;
  readonly metadata?: AnyValue;
  /** It has succeeded in an earlier run of its parent, which is told of it as it is. */
  readonly isTakenOver?: true;
}

/** The key of a child where the event gives none: its id, without the parent's own id and a dot at its front. */
export function defaultKey(parent: OperationName, childId: string): string {
  const front = `${operationId(parent)}.`;
  return childId.startsWith(front) && childId.length > front.length ? childId.slice(front.length) : childId;
}

/** What is known of an operation whose name a `waiting` event gives to a child. */
export interface NameHolder {
  readonly name: OperationName;
  readonly deleted: boolean;
  /** Absent while only events have made it. */
  readonly creation?: Pick<Creation, 'method' | 'parent' | 'input'>;
}

/**
 * Why a child cannot have its name, or undefined where it can: the name is free, only events have made the operation so
 * far, it was deleted, or it is this very child.
 */
export function nameConflict(
  parent: OperationName,
  child: SpawnedChild,
  holder: NameHolder | undefined,
): string | undefined {
  if (!holder || holder.deleted || !holder.creation || child.isTakenOver) return undefined;
  const { parent: itsParent, method, input } = holder.creation;
  if (itsParent !== parent) return `${child.name} is another operation`;
  if (method !== child.creation.method) return `${child.name} exists with the method "${method}"`;
  if (!sameAny(input, child.creation.input)) return `${child.name} exists with another input`;
  return undefined;
}

function sameAny(one: AnyValue | undefined, other: AnyValue | undefined): boolean {
  if (!one || !other) return one === other;
  return one.typeUrl === other.typeUrl && Buffer.compare(one.value, other.value) === 0;
}
