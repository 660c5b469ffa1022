/** The events and fields of dispatched work: attempts, spawned children, notifications, tolerance. */
import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { describe, expect, it, test } from 'vitest';
import { DEFAULT_DISPATCH } from '../../shared/lifecycle/dispatch.ts';
import type { LifecycleEvent } from '../../shared/lifecycle/event.ts';
import { AllowedHosts } from '../../shared/messages/allowed-hosts.ts';
import type { BusMessage } from '../../shared/messages/bus-message.ts';
import { lifecycleEventOf } from '../../shared/messages/lifecycle-event.ts';
import { lifecycleEventType } from '../../shared/messages/registry.ts';
import { rejectedHeaderOf } from '../../shared/messages/rejected-event.ts';
import { refusedField } from './refused-field.ts';

const PUBLISHED = 1_700_000_000_000;
const DAY = 86_400_000;
const STRUCT = 'type.googleapis.com/google.protobuf.Struct';
const hosts = new AllowedHosts(['jobs.example.com']);
const input = { '@type': STRUCT, value: { n: 1 } };

const messageOf = (data: Uint8Array | string): BusMessage => ({
  data: Buffer.from(data),
  attributes: {},
  messageId: 'm1',
  publishTime: PUBLISHED,
});
const json = (event: object) => JSON.stringify({ operation: 'operations/p', ...event });
const read = (event: object): LifecycleEvent => lifecycleEventOf(messageOf(json(event)), hosts);
const binary = (event: MessageInitShape<typeof lifecycleEventType>) =>
  toBinary(lifecycleEventType, create(lifecycleEventType, { operation: 'operations/p', ...event }));

describe('created', () => {
  it('with an empty dispatch has all defaults', () => {
    expect(read({ created: { dispatch: {} } })).toMatchObject({ creation: { dispatch: DEFAULT_DISPATCH } });
    expect(read({ created: {} })).toMatchObject({ creation: { dispatch: undefined } });
  });

  it('carries input, dispatch and a deadline that counts from the publish time', () => {
    const dispatch = {
      lease: '5s',
      startTimeout: '604800s',
      maxTries: 100,
      firstBackoff: '0.5s',
      maxBackoff: '86400s',
      backoffMultiplier: 1.5,
      cancelTimeout: '1s',
      catchPoint: 'undo',
      catchTimeout: '60s',
    };
    const occurTime = new Date(PUBLISHED - 60_000).toISOString();
    expect(read({ occurTime, created: { input, dispatch, timeout: '90s' } })).toMatchObject({
      occurTime: PUBLISHED - 60_000,
      publishTime: PUBLISHED,
      creation: {
        input: { typeUrl: STRUCT },
        timeoutMs: 90_000,
        deadline: PUBLISHED + 90_000,
        dispatch: {
          leaseMs: 5_000,
          startTimeoutMs: 7 * DAY,
          maxTries: 100,
          firstBackoffMs: 500,
          maxBackoffMs: DAY,
          backoffMultiplier: 1.5,
          cancelTimeoutMs: 1_000,
          catchPoint: 'undo',
          catchTimeoutMs: 60_000,
        },
      },
    });
  });

  it('with a maxBackoff below the default of firstBackoff has that for both', () => {
    expect(read({ created: { dispatch: { maxBackoff: '0.2s' } } })).toMatchObject({
      creation: { dispatch: { firstBackoffMs: 200, maxBackoffMs: 200 } },
    });
  });

  it.each<[string, object]>([
    ['created.dispatch.lease', { dispatch: { lease: '4.9s' } }],
    ['created.dispatch.lease', { dispatch: { lease: '3601s' } }],
    ['created.dispatch.lease', { dispatch: { lease: '-60s' } }],
    ['created.dispatch.startTimeout', { dispatch: { startTimeout: '0.9s' } }],
    ['created.dispatch.startTimeout', { dispatch: { startTimeout: '604801s' } }],
    ['created.dispatch.maxTries', { dispatch: { maxTries: 0 } }],
    ['created.dispatch.maxTries', { dispatch: { maxTries: 101 } }],
    ['created.dispatch.maxTries', { dispatch: { maxTries: 1.5 } }],
    ['created.dispatch.firstBackoff', { dispatch: { firstBackoff: '301s' } }],
    ['created.dispatch.firstBackoff', { dispatch: { firstBackoff: '3s', maxBackoff: '2s' } }],
    ['created.dispatch.firstBackoff', { dispatch: { firstBackoff: '-1s' } }],
    ['created.dispatch.maxBackoff', { dispatch: { maxBackoff: '86401s' } }],
    ['created.dispatch.backoffMultiplier', { dispatch: { backoffMultiplier: 0.9 } }],
    ['created.dispatch.backoffMultiplier', { dispatch: { backoffMultiplier: 10.1 } }],
    ['created.dispatch.backoffMultiplier', { dispatch: { backoffMultiplier: 'NaN' } }],
    ['created.dispatch.cancelTimeout', { dispatch: { cancelTimeout: '0s' } }],
    ['created.dispatch.cancelTimeout', { dispatch: { cancelTimeout: '86401s' } }],
    ['created.dispatch.catchPoint', { dispatch: { catchPoint: 'a\nb' } }],
    ['created.dispatch.catchPoint', { dispatch: { catchPoint: 'x'.repeat(257) } }],
    ['created.dispatch.catchTimeout', { dispatch: { catchTimeout: '0s' } }],
    ['created.dispatch.tries', { dispatch: { tries: 1 } }],
    ['created.timeout', { timeout: '0s' }],
    ['created.timeout', { timeout: '-1s' }],
    ['created.timeout', { timeout: '315360001s' }],
    ['created.input', { input: { '@type': STRUCT, value: { a: 'x'.repeat(1024 * 1024) } } }],
    ['created.input.@type', { input: { n: 1 } }],
  ])('is refused by %s in %j', (field, created) => {
    expect(refusedField(() => read({ created }))).toBe(field);
  });
});

describe('attempt and worker', () => {
  it('are those of the signal, as a number or as text', () => {
    expect(read({ attempt: '3', worker: 'w-1', heartbeat: {} })).toMatchObject({
      type: 'heartbeat',
      attempt: 3,
      worker: 'w-1',
    });
    expect(read({ attempt: 3, cancelled: {} })).toMatchObject({ attempt: 3 });
    expect(read({ cancelled: {} })).toMatchObject({ attempt: undefined, worker: undefined });
  });

  it.each<[string, object]>([
    ['attempt', { attempt: 0 }],
    ['attempt', { attempt: '-1' }],
    ['attempt', { attempt: '10000000000' }],
    ['attempt', { attempt: 'one' }],
    ['attempt', { attempt: 1e300 }],
    ['worker', { worker: 'w'.repeat(257) }],
    ['worker', { worker: 'a\u0000b' }],
    ['worker', { worker: 1 }],
  ])('are refused by %s in %j', (field, event) => {
    expect(refusedField(() => read({ ...event, heartbeat: {} }))).toBe(field);
  });
});

describe('attemptFailed', () => {
  const retryInfo = (retryDelay: string) => ({
    code: 14,
    message: 'm',
    details: [
      { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'R' },
      { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay },
    ],
  });

  it('carries its error, and the pause before the next try', () => {
    const event = read({
      attempt: 1,
      attemptFailed: { error: { code: 14, message: 'm' }, retryDelay: '1.5s' },
    });
    expect(event).toMatchObject({
      type: 'attemptFailed',
      error: { code: 14, message: 'm', details: [] },
      retryDelayMs: 1_500,
      released: false,
    });
  });

  it('takes the pause from a google.rpc.RetryInfo, unless retryDelay gives another', () => {
    expect(read({ attemptFailed: { error: retryInfo('7s') } })).toMatchObject({ retryDelayMs: 7_000 });
    expect(read({ attemptFailed: { error: retryInfo('7s'), retryDelay: '0s' } })).toMatchObject({
      retryDelayMs: 0,
    });
    expect(read({ attemptFailed: { error: { code: 14 } } })).toMatchObject({ retryDelayMs: undefined });
  });

  it('needs no error if the attempt is given back', () => {
    const event = read({ attempt: 1, attemptFailed: { released: true } });
    expect(event).toMatchObject({ type: 'attemptFailed', released: true });
    expect(event).toMatchObject({ error: undefined });
  });

  it.each<[string, object]>([
    ['attemptFailed.error', {}],
    ['attemptFailed.error.code', { error: { code: 0, message: 'm' } }],
    ['attemptFailed.error.code', { error: {} }],
    ['attemptFailed.error.code', { error: { code: 0 }, released: true }],
    ['attemptFailed.error', { error: { code: 5, message: 'm'.repeat(2_000_000) } }],
    ['attemptFailed.retryDelay', { error: { code: 14 }, retryDelay: '86401s' }],
    ['attemptFailed.retryDelay', { error: { code: 14 }, retryDelay: '-1s' }],
    ['attemptFailed.retryDelay', { released: true, retryDelay: '1s' }],
    ['attemptFailed.error.details[1].retryDelay', { error: retryInfo('86401s') }],
  ])('is refused by %s', (field, attemptFailed) => {
    expect(refusedField(() => read({ attempt: 1, attemptFailed }))).toBe(field);
  });
});

describe('notified', () => {
  it('carries its name and payload', () => {
    expect(read({ notified: { name: 'approval', payload: input } })).toMatchObject({
      type: 'notified',
      name: 'approval',
      payload: { typeUrl: STRUCT },
    });
    expect(read({ notified: { name: 'approval' } })).toMatchObject({ payload: undefined });
  });

  it.each<[string, object]>([
    ['notified.name', {}],
    ['notified.name', { name: '' }],
    ['notified.name', { name: 'x'.repeat(257) }],
    ['notified.payload', { name: 'a', payload: { '@type': STRUCT, value: { a: 'x'.repeat(64 * 1024) } } }],
  ])('is refused by %s', (field, notified) => {
    expect(refusedField(() => read({ notified }))).toBe(field);
  });
});

describe('spawn', () => {
  it('makes children of the operation, dispatched on default terms', () => {
    const spawn = [
      { operationId: 'p.a', method: 'M', input, labels: { k: 'v' }, ttl: '60s', timeout: '30s' },
      { operationId: 'other', key: 'b', metadata: input, dispatch: { maxTries: 2 } },
    ];
    expect(read({ waiting: { spawn } })).toMatchObject({
      terms: { childCount: 2 },
      children: [],
      spawn: [
        {
          name: 'operations/p.a',
          key: 'a',
          creation: {
            method: 'M',
            parent: 'operations/p',
            labels: { k: 'v' },
            ttl: 60_000,
            input: { typeUrl: STRUCT },
            dispatch: DEFAULT_DISPATCH,
            timeoutMs: 30_000,
            deadline: PUBLISHED + 30_000,
          },
        },
        {
          name: 'operations/other',
          key: 'b',
          metadata: { typeUrl: STRUCT },
          creation: { parent: 'operations/p', dispatch: { ...DEFAULT_DISPATCH, maxTries: 2 } },
        },
      ],
    });
  });

  it('and childOperations may name the same child, which counts once', () => {
    const waiting = {
      spawn: [{ operationId: 'a' }, { operationId: 'b' }],
      childOperations: ['operations/c', 'operations/a', 'operations/c'],
      policy: 'QUORUM_SUCCEEDED',
      quorum: 3,
    };
    expect(read({ waiting })).toMatchObject({ terms: { childCount: 3 }, children: ['operations/c'] });
    expect(refusedField(() => read({ waiting: { ...waiting, quorum: 4 } }))).toBe('waiting.quorum');
  });

  it('makes 10,000 children at most', () => {
    const children = (count: number) =>
      Array.from({ length: count }, (_, index) => ({ operationId: `c${index}` }));
    expect(read({ waiting: { spawn: children(10_000) } })).toMatchObject({ terms: { childCount: 10_000 } });
    expect(refusedField(() => read({ waiting: { spawn: children(10_001) } }))).toBe('waiting.spawn');
    const both = { spawn: children(9_999), childOperations: ['operations/x', 'operations/y'] };
    expect(refusedField(() => read({ waiting: both }))).toBe('waiting.spawn');
  });

  it('holds what one commit of Spanner holds, however small its JSON is', () => {
    // A number is two bytes in JSON, and thirteen in a Struct.
    const list = (length: number) => ({
      '@type': 'type.googleapis.com/google.protobuf.ListValue',
      value: Array(length).fill(1),
    });
    const spawn = (count: number) =>
      Array.from({ length: count }, (_, index) => ({ operationId: `c${index}`, input: list(70_000) }));
    expect(refusedField(() => read({ waiting: { spawn: spawn(30) } }))).toBeUndefined();
    expect(refusedField(() => read({ waiting: { spawn: spawn(50) } }))).toBe('waiting.spawn');
  });

  it.each<[string, object[]]>([
    ['waiting.spawn[0].operationId', [{}]],
    ['waiting.spawn[0].operationId', [{ operationId: 'operations/a' }]],
    ['waiting.spawn[0].operationId', [{ operationId: 'p' }]],
    ['waiting.spawn[1].operationId', [{ operationId: 'a' }, { operationId: 'a' }]],
    ['waiting.spawn[1].key', [{ operationId: 'p.a' }, { operationId: 'a' }]],
    ['waiting.spawn[1].key', [{ operationId: 'a' }, { operationId: 'b', key: 'a' }]],
    ['waiting.spawn[0].key', [{ operationId: 'a', key: 'x'.repeat(257) }]],
    ['waiting.spawn[0].labels', [{ operationId: 'a', labels: { '1': 'x' } }]],
    ['waiting.spawn[0].ttl', [{ operationId: 'a', ttl: '-1s' }]],
    ['waiting.spawn[0].timeout', [{ operationId: 'a', timeout: '0s' }]],
    ['waiting.spawn[0].dispatch.lease', [{ operationId: 'a', dispatch: { lease: '1s' } }]],
    ['waiting.spawn[0].input.@type', [{ operationId: 'a', input: { n: 1 } }]],
    ['waiting.spawn[0].parent', [{ operationId: 'a', parent: 'operations/q' }]],
  ])('is refused by %s in %j', (field, spawn) => {
    expect(refusedField(() => read({ waiting: { spawn } }))).toBe(field);
  });
});

describe('the policy of a wait', () => {
  const childOperations = Array.from({ length: 10 }, (_, index) => `operations/c${index}`);
  const wait = (waiting: object) =>
    read({ waiting: { childOperations, policy: 'ALL_SUCCEEDED', ...waiting } });

  it.each<[object, number | undefined]>([
    [{}, undefined],
    [{ toleratedFailures: 0 }, 0],
    [{ toleratedFailures: 10 }, 10],
    [{ toleratedFailuresPercent: 0 }, 0],
    [{ toleratedFailuresPercent: 29 }, 2],
    [{ toleratedFailuresPercent: 100 }, 10],
    // Per cent are of children and notifications.
    [{ toleratedFailuresPercent: 50, notifications: ['a', 'a'] }, 6],
    [{ toleratedFailures: 12, notifications: ['a', 'a'] }, 12],
  ])('ALL_SUCCEEDED with %j tolerates %s', (waiting, tolerated) => {
    const { terms } = wait(waiting) as Extract<LifecycleEvent, { type: 'waiting' }>;
    expect(terms.policy).toEqual({ kind: 'ALL_SUCCEEDED', ...(tolerated !== undefined && { tolerated }) });
  });

  it.each<[string, object]>([
    ['waiting.toleratedFailures', { toleratedFailures: 11 }],
    ['waiting.toleratedFailures', { toleratedFailures: -1 }],
    ['waiting.toleratedFailures', { toleratedFailures: 1, policy: 'ALL_DONE' }],
    ['waiting.toleratedFailures', { toleratedFailures: 0, policy: 'QUORUM_SUCCEEDED', quorum: 1 }],
    ['waiting.toleratedFailuresPercent', { toleratedFailuresPercent: 101 }],
    ['waiting.toleratedFailuresPercent', { toleratedFailuresPercent: -1 }],
    ['waiting.toleratedFailuresPercent', { toleratedFailuresPercent: 1.5 }],
    ['waiting.toleratedFailuresPercent', { toleratedFailuresPercent: 1, policy: 'ANY_DONE' }],
    ['waiting.toleratedFailuresPercent', { toleratedFailures: 1, toleratedFailuresPercent: 1 }],
    ['waiting.quorum', { quorum: 1 }],
    ['waiting.quorum', { policy: 'QUORUM_SUCCEEDED' }],
    ['waiting.quorum', { quorum: -1, policy: 'QUORUM_SUCCEEDED' }],
  ])('is refused by %s in %j', (field, waiting) => {
    expect(refusedField(() => wait(waiting))).toBe(field);
  });
});

describe('the notifications of a wait', () => {
  it('count for the policy, and a name may stand twice', () => {
    const waiting = {
      notifications: ['a', 'b', 'a'],
      policy: 'QUORUM_SUCCEEDED',
      quorum: 3,
      cancelRest: true,
    };
    expect(read({ waiting })).toMatchObject({
      terms: { childCount: 0, notifications: ['a', 'b', 'a'], cancelRest: true, deadline: PUBLISHED + DAY },
    });
  });

  it.each<[string, readonly string[]]>([
    ['waiting.notifications', Array(33).fill('a')],
    ['waiting.notifications[1]', ['a', '']],
    ['waiting.notifications[0]', ['a\nb']],
  ])('are refused by %s', (field, notifications) => {
    expect(refusedField(() => read({ waiting: { notifications } }))).toBe(field);
  });
});

describe('the times of a wait', () => {
  it('count from the publish time, whatever the clock of the worker says', () => {
    const occurTime = new Date(PUBLISHED - 3_600_000).toISOString();
    const waiting = { childOperations: ['operations/c'], sleep: '10s', timeout: '90s' };
    expect(read({ occurTime, waiting })).toMatchObject({
      terms: { sleepUntil: PUBLISHED + 10_000, deadline: PUBLISHED + 90_000 },
    });
  });

  it('of a timer are its sleep alone, up to 365 days', () => {
    expect(read({ waiting: { sleep: '31536000s' } })).toMatchObject({
      terms: { sleepUntil: PUBLISHED + 365 * DAY, deadline: PUBLISHED + 365 * DAY },
    });
    expect(refusedField(() => read({ waiting: { sleep: '31536001s' } }))).toBe('waiting.sleep');
    const notifications = ['a'];
    expect(refusedField(() => read({ waiting: { sleep: '86401s', notifications } }))).toBe('waiting.sleep');
  });
});

test('a duration whose nanoseconds have another sign than its seconds is refused in binary', () => {
  const ttl = { seconds: 5n, nanos: -1 };
  const event = binary({ event: { case: 'created', value: { ttl } } });
  expect(refusedField(() => lifecycleEventOf(messageOf(event), hosts))).toBe('created.ttl');
});

describe('what can be read of an event that is rejected', () => {
  it.each<[string, string | Uint8Array, object | undefined]>([
    [
      'with an unknown field',
      json({ attempt: '2', worker: 'w', waiting: { colour: 'red' } }),
      { operation: 'operations/p', attempt: 2, worker: 'w', type: 'waiting' },
    ],
    ['by its name in the .proto file', json({ attempt_failed: {} }), { type: 'attemptFailed' }],
    [
      'with half of a surrogate pair',
      String.raw`{"operation":"operations/p","eventId":"\ud800","created":{}}`,
      { operation: 'operations/p', type: 'created' },
    ],
    ['with two events', json({ created: {}, cancelled: {} }), { type: 'unknown' }],
    ['with none', json({}), { type: 'unknown' }],
    ['with an attempt that is none', json({ attempt: 'x', cancelled: {} }), { type: 'cancelled' }],
    [
      'in binary',
      binary({ attempt: 1n, event: { case: 'failed', value: {} } }),
      { attempt: 1, type: 'failed' },
    ],
    ['without an operation', '{"created":{}}', undefined],
    ['with a bad name', '{"operation":"x","created":{}}', undefined],
    ['that is no JSON', '{', undefined],
    ['of endless depth', `{"operation":"operations/p","created":${'['.repeat(200_000)}`, undefined],
    ['that is a list', '[]', undefined],
  ])('%s', (_, data, expected) => {
    const header = rejectedHeaderOf(messageOf(data));
    if (expected) expect(header).toMatchObject(expected);
    else expect(header).toBeUndefined();
  });
});
