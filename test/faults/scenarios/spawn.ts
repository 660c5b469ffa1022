/** Children that a wait creates. */
import type { Scenario, Worker } from '../scenario.ts';

const P = 'operations/p';
const SOON = { firstBackoff: '5s', maxBackoff: '30s' };
const child: Worker = ({ kind }) =>
  kind === 'CANCEL' ? [{ cancelled: {} }] : [{ heartbeat: {} }, { succeeded: {} }];
const spawned = (id: string, more: object = {}) => ({ operationId: id, method: 'child', ...more });
/** The largest size of a part, so that each child is created in a separate batch. */
const A_BATCH = {
  input: { '@type': 'type.googleapis.com/google.protobuf.StringValue', value: 'x'.repeat(1_000_000) },
};

/** The worker spawns children at START, and succeeds at RESUME. */
function parent(waiting: object): Worker {
  return ({ kind }) => {
    if (kind === 'CANCEL') return [];
    if (kind === 'RESUME') return [{ heartbeat: {} }, { succeeded: {} }];
    return [{ waiting: { timeout: '7200s', ...waiting } }];
  };
}
const create = { operation: P, created: { method: 'parent', dispatch: SOON } };
const ends = { [P]: 'SUCCEEDED', 'operations/p.1': 'SUCCEEDED', 'operations/p.2': 'SUCCEEDED' } as const;

export const SPAWN: readonly Scenario[] = [
  {
    name: 'a parent spawns two children',
    events: [create],
    workers: { parent: parent({ spawn: [spawned('p.1'), spawned('p.2')] }), child },
    ends,
    causes: { [P]: ['CHILDREN'] },
  },
  {
    name: 'a parent spawns children in batches',
    events: [create],
    workers: { parent: parent({ spawn: [spawned('p.1', A_BATCH), spawned('p.2', A_BATCH)] }), child },
    ends,
    causes: { [P]: ['CHILDREN'] },
  },
  {
    name: 'a spawned child spawns children',
    events: [create],
    workers: {
      parent: parent({ spawn: [{ ...spawned('p.1'), method: 'middle' }] }),
      middle: parent({ spawn: [spawned('p.1.1'), spawned('p.1.2')] }),
      child,
    },
    ends: {
      [P]: 'SUCCEEDED',
      'operations/p.1': 'SUCCEEDED',
      'operations/p.1.1': 'SUCCEEDED',
      'operations/p.1.2': 'SUCCEEDED',
    },
    causes: { [P]: ['CHILDREN'], 'operations/p.1': ['CHILDREN'] },
  },
  {
    name: 'a spawned child fails, which is tolerated',
    events: [create],
    workers: {
      parent: parent({
        policy: 'ALL_SUCCEEDED',
        toleratedFailures: 1,
        spawn: [spawned('p.1'), { ...spawned('p.2'), method: 'fails' }],
      }),
      child,
      fails: () => [{ failed: { error: { code: 3, message: 'no' } } }],
    },
    ends: { ...ends, 'operations/p.2': 'FAILED' },
    causes: { [P]: ['CHILDREN'] },
  },
  {
    name: 'the worker dies after the RESUME, and another one gets the same',
    events: [{ operation: P, created: { method: 'parent', dispatch: { ...SOON, lease: '30s' } } }],
    workers: {
      parent: (signal) => {
        if (signal.kind === 'RESUME' && signal.tries === 1) return [{ heartbeat: {} }];
        return parent({ spawn: [spawned('p.1'), spawned('p.2')] })(signal);
      },
      child,
    },
    ends,
    causes: { [P]: ['CHILDREN'] },
  },
  {
    name: 'one spawned child is enough, and the rest is asked to stop',
    events: [create],
    workers: {
      parent: parent({
        policy: 'ANY_DONE',
        cancelRest: true,
        spawn: [spawned('p.1'), { ...spawned('p.2'), method: 'works on' }],
      }),
      child,
      'works on': ({ kind }) => (kind === 'CANCEL' ? [{ cancelled: {} }] : [{ heartbeat: {} }]),
    },
    ends: { ...ends, 'operations/p.2': 'CANCELLED' },
    causes: { [P]: ['CHILDREN'] },
  },
];
