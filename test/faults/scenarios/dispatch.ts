/** Work that is started, watched and tried again. */
import type { Scenario, Worker } from '../scenario.ts';

const A = 'operations/a';
const create = (dispatch: object = {}, more: object = {}) => ({
  operation: A,
  created: { method: 'work', dispatch, ...more },
});

const succeeds: Worker = ({ kind }) => (kind === 'CANCEL' ? [] : [{ heartbeat: {} }, { succeeded: {} }]);
const SOON = { firstBackoff: '5s', maxBackoff: '30s' };
const unavailable = { error: { code: 14, message: 'busy' } };
const heartbeats = (untilMs: number, everyMs = 20_000) =>
  Array.from({ length: Math.floor(untilMs / everyMs) }, (_, index) => ({
    heartbeat: {},
    afterMs: (index + 1) * everyMs,
  }));

export const DISPATCH: readonly Scenario[] = [
  {
    name: 'a worker takes a START and succeeds',
    events: [create()],
    workers: { work: succeeds },
    ends: { [A]: 'SUCCEEDED' },
  },
  {
    name: 'a worker saves what it needs and succeeds',
    events: [create()],
    workers: {
      work: () => [
        { heartbeat: {} },
        { checkpointed: { checkpoint: 'AQ==', resumePoint: 'half' } },
        { succeeded: {}, afterMs: 5_000 },
      ],
    },
    ends: { [A]: 'SUCCEEDED' },
  },
  {
    name: 'an attempt fails, and the next one succeeds',
    events: [create(SOON)],
    workers: {
      work: ({ tries }: { tries?: number }) => [
        { heartbeat: {} },
        tries === 1 ? { attemptFailed: unavailable } : { succeeded: {} },
      ],
    } as Scenario['workers'],
    ends: { [A]: 'SUCCEEDED' },
  },
  {
    name: 'every try fails',
    events: [create({ ...SOON, maxTries: 3 })],
    workers: { work: () => [{ heartbeat: {} }, { attemptFailed: unavailable }] },
    ends: { [A]: 'FAILED' },
    codes: { [A]: 14 },
  },
  {
    name: 'an attempt fails for good',
    events: [create(SOON)],
    workers: { work: () => [{ heartbeat: {} }, { attemptFailed: { error: { code: 3, message: 'no' } } }] },
    ends: { [A]: 'FAILED' },
    codes: { [A]: 3 },
    attempts: { [A]: 1 },
  },
  {
    name: 'a worker gives its attempt back, and another one succeeds',
    events: [create({ ...SOON, maxTries: 1 })],
    workers: {
      work: ({ attempt }) => [
        { heartbeat: {} },
        attempt === 1 ? { attemptFailed: { released: true } } : { succeeded: {} },
      ],
    },
    ends: { [A]: 'SUCCEEDED' },
  },
  {
    name: 'a worker dies, and another one takes over',
    events: [create({ lease: '60s', ...SOON })],
    workers: {
      work: ({ attempt }) => (attempt === 1 ? [{ heartbeat: {} }] : [{ heartbeat: {} }, { succeeded: {} }]),
    },
    ends: { [A]: 'SUCCEEDED' },
  },
  {
    name: 'a worker stops for two leases and goes on when another one has taken over',
    events: [create({ lease: '60s', ...SOON })],
    workers: {
      work: ({ attempt }) =>
        attempt === 1
          ? [{ heartbeat: {} }, { failed: { error: { code: 13, message: 'late' } }, afterMs: 400_000 }]
          : [{ heartbeat: {} }, ...heartbeats(600_000), { succeeded: {}, afterMs: 610_000 }],
    },
    ends: { [A]: 'SUCCEEDED' },
  },
  {
    name: 'every worker dies',
    events: [create({ lease: '30s', ...SOON, maxTries: 2 })],
    workers: { work: () => [{ heartbeat: {} }] },
    ends: { [A]: 'FAILED' },
    codes: { [A]: 14 },
  },
  {
    name: 'no worker takes the START for a while',
    events: [create({ startTimeout: '120s' })],
    workers: {
      work: (signal) => (signal.eventId.endsWith(':1') ? [] : [{ heartbeat: {} }, { succeeded: {} }]),
    },
    ends: { [A]: 'SUCCEEDED' },
    attempts: { [A]: 1 },
  },
  {
    name: 'a worker keeps its lease for a long time',
    events: [create({ lease: '120s' })],
    workers: { work: () => [{ heartbeat: {} }, ...heartbeats(600_000), { succeeded: {}, afterMs: 610_000 }] },
    ends: { [A]: 'SUCCEEDED' },
    attempts: { [A]: 1 },
  },
  {
    name: 'the orchestrator is down for ten leases, and the worker goes on meanwhile',
    events: [create({ lease: '60s' })],
    workers: {
      work: () => [{ heartbeat: {} }, ...heartbeats(700_000, 10_000), { succeeded: {}, afterMs: 705_000 }],
    },
    calls: [{ atMs: 30_000, call: async (world) => world.outage(600_000) }],
    ends: { [A]: 'SUCCEEDED' },
    attempts: { [A]: 1 },
  },
  {
    name: 'no try is left, and the last resort undoes',
    events: [create({ ...SOON, maxTries: 2, catchPoint: 'undo' })],
    workers: {
      work: ({ kind }) =>
        kind === 'RESUME'
          ? [{ heartbeat: {} }, { failed: { error: { code: 10, message: 'undone' } } }]
          : [{ heartbeat: {} }, { attemptFailed: unavailable }],
    },
    ends: { [A]: 'FAILED' },
    codes: { [A]: 10 },
    causes: { [A]: ['TRIES'] },
  },
  {
    name: 'the worker of the last resort dies, and another one undoes',
    events: [create({ ...SOON, lease: '30s', maxTries: 1, catchPoint: 'undo' })],
    workers: {
      work: ({ kind, attempt }) => {
        if (kind !== 'RESUME') return [{ heartbeat: {} }, { attemptFailed: unavailable }];
        return attempt === 2
          ? [{ heartbeat: {} }]
          : [{ heartbeat: {} }, { failed: { error: { code: 10, message: 'undone' } } }];
      },
    },
    ends: { [A]: 'FAILED' },
    codes: { [A]: 10 },
  },
];
