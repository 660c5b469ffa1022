/** Operations that are asked to stop, are too late, or are deleted. */
import { cancelOperation } from '../../../shared/orchestrator/cancel-operation.ts';
import { deleteOperation } from '../../../shared/orchestrator/delete-operation.ts';
import { OperationNotFound } from '../../../shared/orchestrator/existing-operation.ts';
import type { Scenario, Worker } from '../scenario.ts';

const P = 'operations/p';
const ONE = 'operations/one';
const TWO = 'operations/two';
const obeys: Worker = ({ kind }) => (kind === 'START' ? [{ heartbeat: {} }] : [{ cancelled: {} }]);
const create = (operation: string, more: object = {}, method = 'm') => ({
  operation,
  created: { method, ...more },
});
const dispatch = { lease: '3600s', firstBackoff: '5s' };
const cancel = { operation: P, eventId: 'cancel', cancelRequested: {} };

export const STOPS: readonly Scenario[] = [
  {
    name: 'a worker that has no attempt obeys a cancel',
    events: [create(P), { ...cancel, atMs: 5_000 }],
    workers: { m: obeys },
    ends: { [P]: 'CANCELLED' },
  },
  {
    name: 'a cancel comes before created',
    events: [cancel, { ...create(P, { dispatch }), atMs: 2_000 }],
    ends: { [P]: 'CANCELLED' },
  },
  {
    name: 'a cancel before anyone has taken the START',
    events: [create(P, { dispatch }), { ...cancel, atMs: 5_000 }],
    ends: { [P]: 'CANCELLED' },
    attempts: { [P]: 1 },
  },
  {
    name: 'a worker neither obeys nor dies',
    events: [create(P, { dispatch: { ...dispatch, cancelTimeout: '120s' } }), { ...cancel, atMs: 5_000 }],
    workers: { m: ({ kind }) => (kind === 'START' ? [{ heartbeat: {} }] : []) },
    ends: { [P]: 'CANCELLED' },
  },
  {
    name: 'a cancel ends a wait, and goes down to the children',
    events: [
      create(P),
      create(ONE, { parent: P }),
      create(TWO, { parent: P, dispatch }),
      { operation: P, eventId: 'wait', waiting: { childOperations: [ONE, TWO], timeout: '7200s' } },
      { ...cancel, atMs: 10_000, once: { operation: P, state: 'WAITING' } },
    ],
    workers: { m: obeys },
    ends: { [P]: 'CANCELLED', [ONE]: 'CANCELLED', [TWO]: 'CANCELLED' },
    causes: { [P]: ['CANCEL'] },
  },
  {
    name: 'a cancel, and the wait that it would end, come in any order',
    events: [
      create(P),
      create(ONE, { parent: P }),
      create(TWO, { parent: P, dispatch }),
      { operation: P, eventId: 'wait', waiting: { childOperations: [ONE, TWO], timeout: '7200s' } },
      { ...cancel, atMs: 10_000 },
    ],
    workers: { m: obeys },
    ends: { [P]: 'CANCELLED', [ONE]: 'CANCELLED', [TWO]: 'CANCELLED' },
  },
  {
    name: 'a cancel by HTTP goes down to a child that is created later',
    events: [
      create(P),
      { operation: P, eventId: 'wait', waiting: { childOperations: [ONE], timeout: '7200s' } },
      { ...create(ONE, { parent: P }), atMs: 130_000 },
    ],
    calls: [
      {
        atMs: 10_000,
        once: { operation: P, state: 'WAITING' },
        call: (world) => world.call((orchestrator) => cancelOperation(orchestrator, P)),
      },
    ],
    workers: {
      m: ({ kind }) => (kind === 'RESUME' ? [{ cancelled: {}, afterMs: 200_000 }] : [{ cancelled: {} }]),
    },
    ends: { [P]: 'CANCELLED', [ONE]: 'CANCELLED' },
  },
  {
    name: 'a cancel while a worker has the work, with a last resort',
    events: [
      create(P, { dispatch: { ...dispatch, lease: '300s', catchPoint: 'undo', cancelTimeout: '120s' } }),
      { ...cancel, atMs: 70_000 },
    ],
    workers: {
      m: ({ kind }) => {
        if (kind === 'START') return [{ heartbeat: {} }];
        return kind === 'RESUME' ? [{ cancelled: {} }] : [];
      },
    },
    ends: { [P]: 'CANCELLED' },
    causes: { [P]: ['CANCEL'] },
  },
  {
    name: 'the timeout of a running operation',
    events: [create(P, { dispatch, timeout: '300s' })],
    workers: { m: ({ kind }) => (kind === 'START' ? [{ heartbeat: {} }] : []) },
    ends: { [P]: 'FAILED' },
    codes: { [P]: 4 },
  },
  {
    name: 'the timeout of an operation without dispatch that waits, and its children stop',
    events: [
      create(P, { timeout: '300s' }),
      create(ONE, { parent: P }),
      { operation: P, eventId: 'wait', waiting: { childOperations: [ONE], timeout: '7200s' } },
    ],
    workers: { m: obeys },
    ends: { [P]: 'FAILED', [ONE]: 'CANCELLED' },
    codes: { [P]: 4 },
  },
  {
    name: 'the timeout of an operation with a last resort',
    events: [create(P, { dispatch: { ...dispatch, catchPoint: 'report' }, timeout: '300s' })],
    workers: {
      m: ({ kind }) => {
        if (kind === 'START') return [{ heartbeat: {} }];
        return kind === 'RESUME' ? [{ failed: { error: { code: 4, message: 'reported' } } }] : [];
      },
    },
    ends: { [P]: 'FAILED' },
    codes: { [P]: 4 },
    causes: { [P]: ['DEADLINE'] },
  },
  {
    name: 'an operation that waits is deleted, and what comes later changes nothing',
    events: [
      create(P),
      create(ONE),
      { operation: P, eventId: 'wait', waiting: { childOperations: [ONE], timeout: '7200s' } },
      { operation: ONE, eventId: 'end', succeeded: {}, atMs: 300_000 },
    ],
    calls: [
      {
        atMs: 60_000,
        once: { operation: P, state: 'WAITING' },
        call: (world) =>
          world.call((orchestrator) =>
            deleteOperation(orchestrator, P).catch((error: unknown) => {
              // Ignores the refusal of a repeated call whose first answer was lost.
              if (!(error instanceof OperationNotFound)) throw error;
            }),
          ),
      },
    ],
    workers: { m: () => [] },
    ends: { [P]: 'DELETED', [ONE]: 'SUCCEEDED' },
  },
  {
    name: 'a child is deleted while its parent waits for it',
    events: [
      create(P),
      create(ONE),
      { operation: P, eventId: 'wait', waiting: { childOperations: [ONE], timeout: '7200s' } },
    ],
    calls: [
      {
        atMs: 70_000,
        once: { operation: ONE, state: 'RUNNING' },
        call: (world) =>
          world.call((orchestrator) =>
            deleteOperation(orchestrator, ONE).catch((error: unknown) => {
              if (!(error instanceof OperationNotFound)) throw error;
            }),
          ),
      },
    ],
    workers: { m: ({ kind }) => (kind === 'RESUME' ? [{ succeeded: {} }] : []) },
    ends: { [P]: 'SUCCEEDED', [ONE]: 'DELETED' },
    causes: { [P]: ['CHILDREN'] },
  },
];
