/** A child to spawn, as a row holds it until the child is created. */
import type { AllFields } from '../lifecycle/all-fields.ts';
import type { Creation } from '../lifecycle/operation-facts.ts';
import type { OperationName } from '../lifecycle/operation-name.ts';
import type { SpawnedChild } from '../lifecycle/spawn.ts';
import { fromJsonBytes, jsonBytes } from '../messages/json-bytes.ts';
import { type AnyRecord, fromAnyRecord, toAnyRecord } from './any-record.ts';

interface SpawnRecord extends Omit<SpawnedChild, 'creation' | 'metadata'> {
  readonly creation: Omit<Creation, 'input'> & { readonly input?: AnyRecord };
  readonly metadata?: AnyRecord;
}

export function toSpawnRecord({ name, key, creation, metadata, isTakenOver }: SpawnedChild): SpawnRecord {
  return {
    name,
    key,
    creation: creationWith(creation, creation.input && toAnyRecord(creation.input)),
    metadata: metadata && toAnyRecord(metadata),
    isTakenOver,
  } satisfies AllFields<SpawnRecord>;
}

function fromSpawnRecord({ name, key, creation, metadata, isTakenOver }: SpawnRecord): SpawnedChild {
  return {
    name,
    key,
    creation: creationWith(creation, creation.input && fromAnyRecord(creation.input)),
    metadata: metadata && fromAnyRecord(metadata),
    isTakenOver,
  } satisfies AllFields<SpawnedChild>;
}

/** All fields of the creation, with its input in another form. */
function creationWith<Input>(creation: Omit<Creation, 'input'>, input: Input) {
  return {
    method: creation.method,
    parent: creation.parent,
    labels: creation.labels,
    ttl: creation.ttl,
    input,
    dispatch: creation.dispatch,
    timeoutMs: creation.timeoutMs,
    deadline: creation.deadline,
    rerunOf: creation.rerunOf,
    keepsSucceeded: creation.keepsSucceeded,
  } satisfies AllFields<Omit<Creation, 'input'> & { readonly input: Input }>;
}

/** As UTF-8 JSON bytes, because a text column of Spanner holds only 2.5 million characters. */
export function encodeSpawn(children: readonly SpawnRecord[]): Uint8Array {
  return jsonBytes(children);
}

export function decodeSpawn(bytes: Uint8Array): readonly SpawnedChild[] {
  return (fromJsonBytes(bytes) as SpawnRecord[]).map(fromSpawnRecord);
}

/** The children of a part without the named one, or undefined if the part does not have it. */
export function withoutChild(bytes: Uint8Array, name: OperationName): Uint8Array | undefined {
  const children = fromJsonBytes(bytes) as SpawnRecord[];
  const left = children.filter((child) => child.name !== name);
  return left.length === children.length ? undefined : encodeSpawn(left);
}
