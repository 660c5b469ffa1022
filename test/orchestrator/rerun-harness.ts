/** What the tests of reruns share: an operation that fails, its reruns, and the children that it spawns. */
import { expect } from 'vitest';
import { DEFAULT_DISPATCH } from '../../shared/lifecycle/dispatch.ts';
import type { WorkerEvent } from '../../shared/lifecycle/event.ts';
import type { OperationName } from '../../shared/lifecycle/operation-name.ts';
import type { SpawnedChild } from '../../shared/lifecycle/spawn.ts';
import { applyEvent } from '../../shared/orchestrator/apply-event.ts';
import type { Signal } from '../../shared/orchestrator/ports/publisher.ts';
import { type RerunRequest, rerunOperation } from '../../shared/orchestrator/rerun-operation.ts';
import { Harness, waiting } from './harness.ts';

/** Some bytes come as a Buffer: only the bytes count. */
expect.addEqualityTesters([
  (one, other) =>
    one instanceof Uint8Array && other instanceof Uint8Array ? Buffer.compare(one, other) === 0 : undefined,
]);

export const P: OperationName = 'operations/p';
export const P2: OperationName = 'operations/p~2';
export const INPUT = {
  typeUrl: 'type.googleapis.com/google.protobuf.StringValue',
  value: new Uint8Array([10, 1, 65]),
};
export const text = (value: string) => new TextEncoder().encode(value);

export const FAILED: WorkerEvent = { type: 'failed', error: { code: 13, message: 'boom', details: [] } };

export async function started(dispatch = true) {
  const harness = await Harness.open();
  await harness.apply(P, {
    type: 'created',
    creation: {
      ...{ method: 'm', labels: { team: 'a' }, ttl: 7_200_000, input: INPUT, timeoutMs: 60_000 },
      parent: 'operations/above',
      deadline: harness.now + 60_000,
      ...(dispatch && { dispatch: DEFAULT_DISPATCH }),
    },
  });
  return harness;
}

export const rerun = (harness: Harness, request: Partial<RerunRequest> = {}) =>
  rerunOperation(harness.orchestrator, {
    ...{ operation: P, from: 'START', failedChildrenOnly: false },
    ...request,
  });

export const signalsOf = (harness: Harness, name: OperationName): Signal[] =>
  harness.signals.filter(({ operation }) => operation === name);

export const inAttempt = (harness: Harness, name: OperationName, attempt: number, event: WorkerEvent) =>
  applyEvent(harness.orchestrator, { ...harness.event(name, event), attempt, worker: 'w' });

export function spawning(
  now: number,
  parent: OperationName,
  ids: readonly string[],
  terms = {},
): WorkerEvent {
  const spawn = ids.map((id): SpawnedChild => {
    const creation = { method: 'c', labels: {}, parent, input: INPUT, dispatch: DEFAULT_DISPATCH };
    return { name: `operations/${id}`, key: id.slice(id.indexOf('.') + 1), creation };
  });
  const event = waiting(now, [], terms) as Extract<WorkerEvent, { type: 'waiting' }>;
  const checkpoint = text('saved');
  return { ...event, spawn, checkpoint, terms: { ...event.terms, childCount: spawn.length } };
}
