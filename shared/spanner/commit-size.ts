/**
 * Estimates the size of a change, so that a transaction of several changes stays far below Spanner's limits of 80,000 mutations and
 * 100 MB per commit. https://cloud.google.com/spanner/quotas#limits-for
 */
import type { Change } from '../orchestrator/ports/commit.ts';

export interface CommitSize {
  readonly mutations: number;
  readonly bytes: number;
}

export const MAX_COMMIT: CommitSize = { mutations: 40_000, bytes: 20_000_000 };

/** The mutations of an operation and its history line, including index entries. */
const OPERATION = 90;
/** The mutations of a pending child, an outbox entry, and the outcome of a child in one more wait. */
const PENDING = 6;
const EFFECT = 10;
const DONE = 8;

export function sizeOf({ operation, begun, finished, effects, notified, taken }: Change): CommitSize {
  const { metadata, checkpoint, creation } = operation;
  const result = operation.state === 'SUCCEEDED' ? operation.response.value.length : 0;
  const spawned = begun?.spawn ?? [];
  return {
    mutations:
      OPERATION +
      PENDING * (begun?.childKeys.length ?? 0) +
      DONE * (finished?.waits.length ?? 0) +
      EFFECT *
        (effects.length + (notified ? 1 : 0) + (taken?.positions.length ?? 0) + (begun?.taken?.length ?? 0)),
    bytes:
      result +
      (metadata?.value.value.length ?? 0) +
      (checkpoint?.value.length ?? 0) +
      (creation?.value.input?.value.length ?? 0) +
      (notified?.payload?.value.length ?? 0) +
      // Bytes are sent in base64.
      spawned.reduce((sum, child) => sum + 1_000 + 2 * (child.creation.input?.value.length ?? 0), 0),
  };
}

export function plus(one: CommitSize, other: CommitSize): CommitSize {
  return { mutations: one.mutations + other.mutations, bytes: one.bytes + other.bytes };
}

export function fits({ mutations, bytes }: CommitSize): boolean {
  return mutations <= MAX_COMMIT.mutations && bytes <= MAX_COMMIT.bytes;
}
