/** Operations that wait: for children, notifications and times. */
import { notifyOperation } from '../../../shared/orchestrator/notify-operation.ts';
import type { Scenario, Worker } from '../scenario.ts';

const P = 'operations/p';
const ONE = 'operations/one';
const TWO = 'operations/two';
const created = (operation: string, more: object = {}) => ({ operation, created: { method: 'm', ...more } });
const waits = (waiting: object, operation = P) => ({
  operation,
  eventId: 'wait',
  waiting: { timeout: '7200s', ...waiting },
});
const ended = (operation: string, atMs?: number) => ({
  operation,
  eventId: `end-${operation}`,
  succeeded: {},
  ...(atMs !== undefined && { atMs }),
});
const FAILS = { error: { code: 13, message: 'no' } };
const succeedsWhenResumed: Worker = ({ kind }) => (kind === 'RESUME' ? [{ succeeded: {} }] : []);
const workers = { m: succeedsWhenResumed };
const BOTH = [ONE, TWO];
const children = [created(ONE, { parent: P }), created(TWO, { parent: P })];
const allDone = { [P]: 'SUCCEEDED', [ONE]: 'SUCCEEDED', [TWO]: 'SUCCEEDED' } as const;

export const WAITS: readonly Scenario[] = [
  {
    name: 'a parent waits for two children',
    events: [created(P), ...children, waits({ childOperations: BOTH }), ended(ONE), ended(TWO)],
    workers,
    ends: allDone,
    causes: { [P]: ['CHILDREN'] },
  },
  {
    name: 'the children end before their parent waits',
    events: [created(P), ...children, ended(ONE), ended(TWO), waits({ childOperations: BOTH })],
    workers,
    ends: allDone,
    causes: { [P]: ['CHILDREN'] },
  },
  {
    name: 'the children end at the same moment, minutes later',
    events: [
      created(P),
      ...children,
      waits({ childOperations: BOTH }),
      ended(ONE, 300_000),
      ended(TWO, 300_000),
    ],
    workers,
    ends: allDone,
    causes: { [P]: ['CHILDREN'] },
  },
  {
    name: 'with push off, the workflow finds the children done',
    policy: { push: false },
    events: [
      created(P),
      ...children,
      waits({ childOperations: BOTH }),
      ended(ONE, 30_000),
      ended(TWO, 90_000),
    ],
    workers,
    ends: allDone,
    causes: { [P]: ['CHILDREN'] },
  },
  {
    name: 'with push off and without a workflow, sweep finds the children done',
    policy: { push: false, waitWorkflow: 'external' },
    events: [
      created(P),
      ...children,
      waits({ childOperations: BOTH }),
      ended(ONE, 30_000),
      ended(TWO, 90_000),
    ],
    workers,
    ends: allDone,
    causes: { [P]: ['CHILDREN'] },
  },
  {
    name: 'the quota of executions is used up',
    events: [created(P), ...children, waits({ childOperations: BOTH, sleep: '60s' }), ended(ONE), ended(TWO)],
    calls: [
      {
        atMs: 0,
        call: async (world) => {
          world.outside.quotaUsedUp = true;
        },
      },
    ],
    workers,
    ends: allDone,
    causes: { [P]: ['CHILDREN'] },
  },
  {
    name: 'one of two children is enough, and the other one is asked to stop',
    events: [
      created(P),
      created(ONE, { parent: P }),
      { operation: TWO, created: { method: 'stops', parent: P } },
      waits({ childOperations: BOTH, policy: 'ANY_DONE', cancelRest: true }),
      ended(ONE, 70_000),
    ],
    workers: { m: succeedsWhenResumed, stops: ({ kind }) => (kind === 'CANCEL' ? [{ cancelled: {} }] : []) },
    ends: { [P]: 'SUCCEEDED', [ONE]: 'SUCCEEDED', [TWO]: 'CANCELLED' },
    causes: { [P]: ['CHILDREN'] },
  },
  {
    name: 'a child fails, and all should have succeeded',
    events: [
      created(P),
      ...children,
      waits({ childOperations: BOTH, policy: 'ALL_SUCCEEDED' }),
      { operation: ONE, failed: FAILS, atMs: 10_000 },
      ended(TWO, 200_000),
    ],
    workers,
    ends: { [P]: 'SUCCEEDED', [ONE]: 'FAILED', [TWO]: 'SUCCEEDED' },
    causes: { [P]: ['CHILDREN'] },
  },
  {
    name: 'a sleep',
    events: [created(P), waits({ sleep: '600s', timeout: undefined })],
    workers,
    ends: { [P]: 'SUCCEEDED' },
    causes: { [P]: ['SLEEP'] },
  },
  {
    name: 'a deadline of a wait for a child that never comes',
    events: [created(P), waits({ childOperations: [ONE], timeout: '600s' })],
    workers,
    ends: { [P]: 'SUCCEEDED', [ONE]: 'NONE' },
    causes: { [P]: ['DEADLINE'] },
  },
  {
    name: 'a wait after another one',
    events: [
      created(P),
      created(ONE),
      created(TWO),
      waits({ childOperations: [ONE] }),
      ended(ONE),
      ended(TWO, 60_000),
    ],
    workers: {
      m: ({ kind, ...signal }) => {
        if (kind !== 'RESUME') return [];
        const isFirst = (signal as { waitId?: string }).waitId === 'wait';
        return isFirst
          ? [{ eventId: 'second', waiting: { childOperations: [TWO], timeout: '7200s' } }]
          : [{ succeeded: {} }];
      },
    },
    ends: allDone,
    causes: { [P]: ['CHILDREN', 'CHILDREN'] },
  },
  {
    name: 'a child with two waiting parents',
    events: [
      created(P),
      created(TWO),
      created(ONE),
      waits({ childOperations: [ONE] }),
      { ...waits({ childOperations: [ONE] }, TWO), eventId: 'wait-2' },
      ended(ONE, 5_000),
    ],
    workers,
    ends: allDone,
    causes: { [P]: ['CHILDREN'], [TWO]: ['CHILDREN'] },
  },
  {
    name: 'a notification ends a wait',
    events: [
      created(P),
      waits({ notifications: ['ok'] }),
      { operation: P, eventId: 'n', notified: { name: 'ok' }, atMs: 5_000 },
    ],
    workers,
    ends: { [P]: 'SUCCEEDED' },
    causes: { [P]: ['NOTIFICATION'] },
  },
  {
    name: 'a notification by HTTP comes before the wait',
    events: [created(P), { ...waits({ notifications: ['ok'] }), atMs: 300_000 }],
    calls: [
      {
        atMs: 30_000,
        once: { operation: P, state: 'RUNNING' },
        call: (world) =>
          world.call((orchestrator) =>
            notifyOperation(orchestrator, { operation: P, name: 'ok', requestId: 'r' }),
          ),
      },
    ],
    workers,
    ends: { [P]: 'SUCCEEDED' },
    causes: { [P]: ['NOTIFICATION'] },
  },
  {
    name: 'two notifications of one name, for two waits',
    events: [
      created(P),
      { operation: P, eventId: 'n1', notified: { name: 'ok' } },
      { operation: P, eventId: 'n2', notified: { name: 'ok' } },
      waits({ notifications: ['ok'] }),
    ],
    workers: {
      m: (signal) => {
        if (signal.kind !== 'RESUME') return [];
        return signal.waitId === 'wait'
          ? [{ eventId: 'second', waiting: { notifications: ['ok'], timeout: '7200s' } }]
          : [{ succeeded: {} }];
      },
    },
    ends: { [P]: 'SUCCEEDED' },
    causes: { [P]: ['NOTIFICATION', 'NOTIFICATION'] },
  },
  {
    name: 'an approval, or the deadline',
    events: [
      created(P),
      created(ONE),
      waits({ childOperations: [ONE], notifications: ['ok'], timeout: '600s' }),
      ended(ONE),
    ],
    workers,
    ends: { [P]: 'SUCCEEDED', [ONE]: 'SUCCEEDED' },
    causes: { [P]: ['DEADLINE'] },
  },
  {
    name: 'a child of another service',
    events: [
      created(P),
      waits({ externalOperations: [{ name: 'x/1', endpoint: 'https://service.example.com' }] }),
    ],
    externals: { 'x/1': { atMs: 150_000, outcome: 'SUCCEEDED' } },
    workers,
    ends: { [P]: 'SUCCEEDED' },
    causes: { [P]: ['CHILDREN'] },
  },
  {
    name: 'a child of another service and one of this deployment',
    events: [
      created(P),
      created(ONE),
      waits({
        childOperations: [ONE],
        externalOperations: [{ name: 'x/1', endpoint: 'https://service.example.com' }],
      }),
      ended(ONE, 200_000),
    ],
    externals: { 'x/1': { atMs: 150_000, outcome: 'FAILED' } },
    workers,
    ends: { [P]: 'SUCCEEDED', [ONE]: 'SUCCEEDED' },
    causes: { [P]: ['CHILDREN'] },
  },
  {
    name: 'a wait that ends with the call of a resumeMethod',
    events: [
      created(P),
      created(ONE),
      waits({ childOperations: [ONE], resumeMethod: 'https://worker.example.com/go-on' }),
      ended(ONE, 5_000),
    ],
    services: { 'https://worker.example.com/go-on': () => [{ succeeded: {} }] },
    ends: { [P]: 'SUCCEEDED', [ONE]: 'SUCCEEDED' },
    causes: { [P]: ['CHILDREN'] },
  },
  {
    name: 'the events of an operation come before its created',
    events: [
      ended(ONE),
      waits({ childOperations: [ONE] }),
      { ...created(ONE), atMs: 2_000 },
      { ...created(P), atMs: 2_000 },
    ],
    workers,
    ends: { [P]: 'SUCCEEDED', [ONE]: 'SUCCEEDED' },
  },
];
