import type { Creation } from './operation-facts.ts';
import type { OperationName } from './operation-name.ts';
import { operationId } from './operation-name.ts';
import type { AnyValue, SameContent } from './result.ts';

/** A child that a `waiting` event spawns. Its parent is the waiting operation. */
export interface SpawnedChild {
  readonly name: OperationName;
  /** Identifies the child within its parent. */
  readonly key: string;
  readonly creation: Creation;
  readonly metadata?: AnyValue;
  /** The child succeeded in an earlier run of its parent, and its result is taken over. */
  readonly isTakenOver?: true;
}

/** The default key of a child: its id, without a leading parent id and dot. */
export function defaultKey(parent: OperationName, childId: string): string {
  const front = `${operationId(parent)}.`;
  return childId.startsWith(front) && childId.length > front.length ? childId.slice(front.length) : childId;
}

/** What is known of an operation whose name a `waiting` event gives to a child. */
export interface NameHolder {
  readonly name: OperationName;
  readonly deleted: boolean;
  /** Absent while only other events of the operation have arrived. */
  readonly creation?: Pick<Creation, 'method' | 'parent' | 'input'>;
}

/**
 * Returns why a child cannot have its name, or undefined if it can. It can if the name is free, if the operation was deleted,
 * if it has no `created` event yet, or if it is this same child.
 */
export function nameConflict(
  parent: OperationName,
  child: SpawnedChild,
  holder: NameHolder | undefined,
  sameContent: SameContent,
): string | undefined {
  if (!holder || holder.deleted || !holder.creation || child.isTakenOver) return undefined;
  const { parent: itsParent, method, input } = holder.creation;
  if (itsParent !== parent) return `${child.name} is another operation`;
  if (method !== child.creation.method) return `${child.name} exists with the method "${method}"`;
  const { input: newInput } = child.creation;
  const isSame = input && newInput ? sameContent(input, newInput) : input === newInput;
  if (!isSame) return `${child.name} exists with another input`;
  return undefined;
}
