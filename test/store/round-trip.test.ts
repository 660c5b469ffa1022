import { expect, it } from 'vitest';
import type { Attempts } from '../../shared/lifecycle/attempt.ts';
import { DEFAULT_DISPATCH } from '../../shared/lifecycle/dispatch.ts';
import { inPhase, type Operation } from '../../shared/lifecycle/operation.ts';
import { operationName } from '../../shared/lifecycle/operation-name.ts';
import { EMPTY_RESPONSE } from '../../shared/lifecycle/result.ts';
import type { WaitEnd, WaitPolicy, WaitTerms } from '../../shared/lifecycle/wait.ts';
import {
  BY_CHILDREN,
  beginWait,
  childrenOf,
  deleted,
  endWait,
  NOW,
  newName,
  openWait,
  order,
  put,
  running,
  succeeded,
  waitingFor,
} from './fixtures.ts';
import { onEveryStore } from './implementations.ts';

const NO_TEXT = new Uint8Array([0, 255, 254, 128, 195, 40]);
const ANY = { typeUrl: 'type.googleapis.com/acme.Thing', value: NO_TEXT };
const name = operationName('here');
const terminal = { completeTime: NOW + 3, expireTime: NOW + 9, terminalEventId: 'ü'.repeat(300) };

const ATTEMPTS: Attempts = [
  { number: 1, startTime: 0, worker: 'host ü 1', end: 'SUPERSEDED' },
  { number: 2, startTime: NOW, end: 'LOST' },
  { number: 3, startTime: NOW + 1, worker: '' },
];

const DISPATCHED: NonNullable<Operation['creation']> = {
  order: order('2/x'),
  value: {
    method: 'acme.v1.Make',
    labels: {},
    input: ANY,
    dispatch: { ...DEFAULT_DISPATCH, catchPoint: 'undo' },
    timeoutMs: 2 ** 40,
    deadline: NOW + 2 ** 40,
    rerunOf: operationName('before'),
  },
};

const OPERATIONS: Record<string, Operation> = {
  'nothing but a name': running(name),
  'everything at once': running(name, {
    creation: {
      order: order('1/a'),
      value: { method: 'acme.v1.Make', parent: operationName('up'), labels: { a: 'b' }, ttl: 2 ** 45 + 1 },
    },
    metadata: { order: order('2/b'), value: ANY },
    checkpoint: { order: order('3/c'), value: NO_TEXT },
    resumePoint: { order: order('4/d'), value: 'after the ☃' },
    cancelRequest: 'ENDED_A_WAIT',
    lastWait: order('5/e'),
    trace: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    createTime: NOW - 1,
    updateTime: NOW + 1,
  }),
  'values that are empty and not absent': running(name, {
    creation: {
      order: order('1'),
      value: {
        method: '',
        labels: {},
        ttl: 0,
        input: { typeUrl: '', value: new Uint8Array() },
        timeoutMs: 0,
      },
    },
    metadata: { order: order('2'), value: { typeUrl: '', value: new Uint8Array() } },
    checkpoint: { order: order('3'), value: new Uint8Array() },
    resumePoint: { order: order('4'), value: '' },
  }),
  'labels with odd characters': running(name, {
    creation: {
      order: order('1'),
      value: {
        method: 'm',
        labels: {
          '': '',
          'a.b "c"': "\\ ' ` $",
          ü: '😀\u2028',
          'line\nbreak': '\t\u0000',
          __proto: '{}',
          true: 'null',
        },
      },
    },
  }),
  'a checkpoint of a megabyte': running(name, {
    checkpoint: { order: order('1'), value: new Uint8Array(1_048_576).fill(250) },
  }),
  'a time before 1970, and one far ahead': running(name, {
    createTime: -62_135_596_799_999,
    updateTime: 253_402_300_799_999,
  }),
  'a response': inPhase(running(name), { ...terminal, state: 'SUCCEEDED', response: ANY }),
  'an empty response': inPhase(running(name), { ...terminal, state: 'SUCCEEDED', response: EMPTY_RESPONSE }),
  'an error with details': inPhase(running(name), {
    ...{ ...terminal, state: 'FAILED' },
    error: { code: 2 ** 31 - 1, message: 'ä "quote"', details: [ANY, EMPTY_RESPONSE] },
  }),
  'a cancellation': inPhase(running(name), {
    ...{ ...terminal, state: 'CANCELLED' },
    error: { code: 1, message: '', details: [] },
  }),
  'a dispatch that was never taken': {
    ...running(name, { attempts: [{ number: 1, startTime: NOW }], creation: DISPATCHED }),
    handover: { kind: 'OFFERED', sends: 2, resendTime: NOW + 9 },
  },
  'a lease': {
    ...running(name, { attempts: ATTEMPTS, tries: 3, creation: DISPATCHED }),
    handover: { kind: 'LEASED', leaseExpireTime: NOW + 60_000 },
  },
  'a backoff': {
    ...running(name, { attempts: ATTEMPTS, tries: 2, creation: DISPATCHED, keptNotifications: 4 }),
    handover: { kind: 'BACKOFF', retryTime: NOW + 1 },
  },
  'a last resort': running(name, {
    creation: DISPATCHED,
    attempts: ATTEMPTS,
    resumption: { kind: 'CATCH' },
    cancelRequest: 'REQUESTED',
    cancelTime: NOW - 5,
    childrenStop: { eventId: 'lro:cancel:operations/p:ü' },
    lastResort: {
      ...{ cause: 'DEADLINE', deadline: NOW + 7 },
      error: { code: 4, message: 'too "late"', details: [ANY, EMPTY_RESPONSE] },
    },
  }),
  'an attempt that a wait made': running(name, {
    attempts: ATTEMPTS,
    resumption: { kind: 'WAIT', waitId: 'wait "ü"', cause: 'NOTIFICATION' },
  }),
  'no attempt': running(name, { attempts: [] }),
  'a first attempt that has ended': running(name, { attempts: [{ number: 1, startTime: 0, end: 'LOST' }] }),
  'attempts of which the first are forgotten': running(name, {
    attempts: Array.from({ length: 16 }, (_, index) => ({ number: index + 5, startTime: NOW + index })),
  }),
  'a deletion': deleted(name),
};

const POLICIES: readonly WaitPolicy[] = [
  { kind: 'ALL_DONE' },
  { kind: 'ANY_DONE' },
  { kind: 'ALL_SUCCEEDED' },
  { kind: 'ANY_SUCCEEDED' },
  { kind: 'QUORUM_SUCCEEDED', quorum: 7 },
];

const TERMS: Record<string, Partial<WaitTerms>> = {
  ...Object.fromEntries(POLICIES.map((policy) => [policy.kind, { policy }])),
  'a sleep': { sleepUntil: NOW + 1 },
  notifications: { notifications: ['paid', 'paid', 'a "name" ü'], cancelRest: true },
  'failures that are tolerated': { policy: { kind: 'ALL_SUCCEEDED', tolerated: 3 } },
  'a trace': { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' },
  'a method to call': { resumeMethod: 'https://example.com/a?b=c#d' },
  'operations of other services': {
    externals: [
      { name: 'operations/ü', endpoint: 'https://one.example.com', audience: '' },
      { name: 'projects/p/operations/1', endpoint: 'https://two.example.com/v1', audience: 'me' },
    ],
  },
};

const ENDS: Record<string, WaitEnd> = {
  children: BY_CHILDREN,
  sleep: { kind: 'RESUMED', cause: 'SLEEP', by: 'workflow', time: NOW },
  deadline: { kind: 'RESUMED', cause: 'DEADLINE', by: 'sweep', time: NOW },
  cancel: { kind: 'RESUMED', cause: 'CANCEL', by: 'cancel', time: NOW },
  'children that are missing': {
    ...{ kind: 'RESUMED', cause: 'DEADLINE', by: 'sweep', time: NOW },
    missing: ['operations/a', 'https://example.com/"ü"'],
  },
  superseded: { kind: 'ABANDONED', reason: 'SUPERSEDED', time: NOW },
  terminal: { kind: 'ABANDONED', reason: 'TERMINAL', time: NOW },
  deleted: { kind: 'ABANDONED', reason: 'DELETED', time: NOW },
};

onEveryStore('round trip', (subject) => {
  it.each(Object.entries(OPERATIONS))('keeps an operation with %s', async (_, operation) => {
    const { store } = subject();
    const kept: Operation = { ...operation, name: newName() };
    await put(store, kept);
    expect(await store.operation(kept.name)).toEqual(kept);
  });

  it('keeps the longest name, and ids of any characters', async () => {
    const { store } = subject();
    const long = operationName(`${'a'.repeat(100)}.~_-${newName().slice(-24)}`);
    const eventId = `${'x'.repeat(1_000)} ü/"'`;
    await put(store, running(long), { effects: [{ kind: 'signalResume', waitId: eventId }] }, eventId);
    expect(await store.operation(long)).toEqual(running(long));
    expect(await store.history(long, 1)).toMatchObject([{ eventId }]);
    expect(await store.outbox(long)).toMatchObject([{ effect: { waitId: eventId } }]);
  });

  it('keeps a value that the next commit does not change, and removes one that it leaves out', async () => {
    const { store } = subject();
    const kept = { ...(OPERATIONS['everything at once'] as Operation), name: newName() };
    await put(store, kept);
    const { change } = await store.commit({ operation: kept.name, eventId: 'again' }, ({ operation }) => ({
      ...{ effects: [], effectsDue: 0, operation: operation ?? running(kept.name) },
      history: { eventId: 'again', type: 'created', occurTime: 1, recordTime: 2, outcome: 'APPLIED' },
    }));
    expect(change.operation).toEqual(kept);
    await put(store, running(kept.name));
    expect(await store.operation(kept.name)).toEqual(running(kept.name));
  });

  it.each(Object.entries(TERMS))('keeps a wait with %s', async (_, terms) => {
    const { store } = subject();
    const waiter = newName();
    const wait = await beginWait(store, waiter, ['operations/c'], terms);
    expect(await store.wait(wait)).toEqual(wait);
    expect(await store.operation(waiter)).toEqual(waitingFor(running(waiter), wait));
  });

  it.each(Object.entries(ENDS))('keeps the end of a wait: %s', async (_, end) => {
    const { store } = subject();
    const wait = await beginWait(store, newName(), []);
    const over = await endWait(store, wait, end);
    expect(await store.wait(wait)).toEqual(over);
    expect(await store.operation(wait.operation)).toEqual(running(wait.operation));
  });

  it('keeps all data over a restart', async () => {
    const { store, reopen } = subject();
    if (!reopen) return;
    const done = succeeded(running(newName()));
    await put(store, done);
    const wait = await beginWait(store, newName(), ['operations/c']);
    const other = await reopen();
    expect(await other.operation(done.name)).toEqual(done);
    expect(await other.operation(wait.operation)).toEqual(waitingFor(running(wait.operation), wait));
    await other.close();
  });

  it('returns undefined for an operation that was never written', async () => {
    const { store } = subject();
    const nobody = newName();
    const ref = openWait(nobody, 0);
    expect(await store.operation(nobody)).toBeUndefined();
    expect(await store.wait(ref)).toBeUndefined();
    expect(await store.waits(nobody, 0, 5)).toEqual([]);
    expect(await store.history(nobody, 5)).toEqual([]);
    expect(await store.outbox(nobody)).toEqual([]);
    expect(await childrenOf(store, ref)).toBeUndefined();
    expect(await store.summary(ref, 5, 5)).toBeUndefined();
    expect(await store.progress(ref, () => ({ pending: 1, succeeded: 1, unsuccessful: 1 }))).toBeUndefined();
    expect(await store.pendingChildren(ref, 5)).toEqual([]);
    expect(await store.nextSpawnPart(ref)).toBeUndefined();
    expect(await store.inspection(nobody, { history: 5, waits: 5 })).toBeUndefined();
    expect(await store.operations([nobody])).toEqual(new Map());
    expect(await store.activeChildren(nobody, 5)).toEqual([]);
  });
});
