/** Work that the orchestrator starts, watches and tries again. */
import { describe, expect, it } from 'vitest';
import { backoffMs, DEFAULT_DISPATCH } from '../../shared/lifecycle/dispatch.ts';
import { dueTime } from '../../shared/lifecycle/due.ts';
import type { LifecycleEvent, WorkerEvent } from '../../shared/lifecycle/event.ts';
import { attemptFailed, Dispatched, elapsed, heartbeat, of, SECOND, waitingBody } from './dispatched.ts';
import {
  any,
  CIRCUMSTANCES,
  cancelRequested,
  created,
  dispatched,
  event,
  failed,
  resumed,
  START,
  succeeded,
  waiting,
} from './events.ts';
import { History } from './history.ts';

describe('an operation that is created with dispatch', () => {
  it('is offered to a worker at its first attempt', () => {
    const history = new Dispatched({ startTimeoutMs: 10 * SECOND });
    expect(history.operation).toMatchObject({
      state: 'RUNNING',
      handover: { kind: 'OFFERED', sends: 1, resendTime: START + 10 * SECOND },
      tries: 1,
    });
    expect(history.signals()).toEqual(['signalStart 1']);
  });

  it('is sent again, at the same attempt, when no worker takes it', () => {
    const history = new Dispatched({ startTimeoutMs: 10 * SECOND, maxTries: 1 });
    history.hear(elapsed(9 * SECOND));
    expect(history.signals()).toHaveLength(1);
    for (const tick of [10, 20, 30]) history.hear(elapsed(tick * SECOND));
    expect(history.effects).toEqual([1, 2, 3, 4].map((send) => ({ kind: 'signalStart', attempt: 1, send })));
    expect(history.operation).toMatchObject({ state: 'RUNNING', tries: 1 });
  });

  it('keeps the dispatch of the first created whole', () => {
    const history = new Dispatched({ maxTries: 3 });
    expect(history.hear(dispatched(-5, { maxTries: 9 }))).toMatchObject({ reason: 'SUPERSEDED' });
    expect(history.hear(created(-9, 'example.v1.Other'))).toMatchObject({ reason: 'SUPERSEDED' });
    expect(history.operation?.creation?.value).toMatchObject({
      method: 'example.v1.Make',
      dispatch: { maxTries: 3 },
    });
  });

  it.each<[string, LifecycleEvent]>([
    ['created', created(0)],
    ['progressed', event(0, { type: 'progressed', metadata: any('m') })],
    ['checkpointed', event(0, { type: 'checkpointed', resumePoint: 'p' })],
    ['waiting', waiting(0)],
    ['succeeded', succeeded(0)],
    ['heartbeat', event(0, { type: 'heartbeat' })],
  ])('is rejected after %s of a worker', (_, before) => {
    const history = new History();
    history.apply(before);
    expect(history.apply(dispatched(1))).toMatchObject({ outcome: 'rejected', field: 'created.dispatch' });
  });

  it.each<[string, LifecycleEvent]>([
    ['a request to stop', cancelRequested(0)],
    ['a notification', event(0, { type: 'notified', name: 'approval' })],
  ])('may come after %s', (_, before) => {
    const history = new History();
    history.apply(before);
    expect(history.apply(dispatched(1))).toMatchObject({ outcome: 'applied' });
  });
});

describe('an attempt', () => {
  it('belongs to the first worker that takes it', () => {
    const history = new Dispatched();
    expect(history.hear(heartbeat(1, 1, 'w1'))).toMatchObject({ outcome: 'applied', silent: true });
    expect(history.hear(heartbeat(1, 2, 'w2'))).toEqual({ outcome: 'unchanged', reason: 'STALE_ATTEMPT' });
    expect(history.hear(of(1, 3, { type: 'progressed', metadata: any('x') }, 'w2'))).toMatchObject({
      outcome: 'ignored',
      reason: 'STALE_ATTEMPT',
    });
    expect(history.hear(of(1, 4, { type: 'succeeded', response: any('x') }, 'w2'))).toMatchObject({
      reason: 'STALE_ATTEMPT',
    });
    expect(history.hear(of(1, 5, { type: 'succeeded', response: any('y') }, 'w1'))).toMatchObject({
      outcome: 'applied',
      next: { state: 'SUCCEEDED' },
    });
  });

  it('is refused if no attempt has its number', () => {
    const history = new Dispatched();
    expect(history.hear(heartbeat(2, 1))).toMatchObject({ outcome: 'rejected', field: 'attempt' });
  });

  it('is taken and renewed by each event that names it, and the lease is never shortened', () => {
    const history = new Dispatched({ leaseMs: 10 * SECOND });
    history.hear(of(1, 5 * SECOND, { type: 'progressed', metadata: any('a') }));
    const expires = () =>
      (history.operation as { handover?: { leaseExpireTime?: number } }).handover?.leaseExpireTime;
    expect(expires()).toBe(START + 15 * SECOND);
    history.hear(heartbeat(1, 8 * SECOND));
    expect(expires()).toBe(START + 18 * SECOND);
    history.hear(heartbeat(1, 2 * SECOND));
    expect(expires()).toBe(START + 18 * SECOND);
    history.hear(cancelRequested(9 * SECOND));
    history.hear(event(9 * SECOND, { type: 'progressed', metadata: any('b') }));
    expect(expires()).toBe(START + 18 * SECOND);
  });

  it('is lost when its lease runs out, and followed by another after the backoff', () => {
    const history = new Dispatched({ leaseMs: 10 * SECOND, firstBackoffMs: 4 * SECOND });
    history.hear(heartbeat(1, 0));
    history.hear(elapsed(9 * SECOND));
    expect(history.operation).toMatchObject({ handover: { kind: 'LEASED' } });
    expect(history.hear(elapsed(10 * SECOND))).toMatchObject({ what: 'LEASE_LOST' });
    // Half of the jitter of CIRCUMSTANCES.
    expect(history.operation).toMatchObject({
      handover: { kind: 'BACKOFF', retryTime: START + 12 * SECOND },
    });
    expect(history.hear(elapsed(11 * SECOND))).toEqual({ outcome: 'unchanged' });
    expect(history.hear(elapsed(12 * SECOND))).toMatchObject({ what: 'ATTEMPT_BEGUN' });
    expect(history.operation).toMatchObject({ handover: { kind: 'OFFERED' }, tries: 2 });
    expect(history.signals()).toEqual(['signalStart 1', 'signalStart 2']);
  });

  it('is not lost before sweep has run for as long as the lease', () => {
    const history = new Dispatched({ leaseMs: 10 * SECOND });
    history.hear(heartbeat(1, 0));
    expect(history.hear(elapsed(100 * SECOND, START + 95 * SECOND))).toEqual({ outcome: 'unchanged' });
    expect(history.hear(elapsed(105 * SECOND, START + 95 * SECOND))).toMatchObject({ what: 'LEASE_LOST' });
  });

  it('ends by its own waiting: it has no lease, late facts count, and the next attempt comes with the RESUME', () => {
    const history = new Dispatched();
    history.hear(heartbeat(1, 0));
    history.hear(of(1, 10, { ...waitingBody(), resumePoint: 'next' }));
    expect(history.operation).toMatchObject({ state: 'WAITING' });
    expect(dueTime(history.operation as never)).toBe(START + 65 * SECOND);
    history.hear(of(1, 9, { type: 'progressed', metadata: any('late') }));
    expect(history.operation?.metadata?.value).toEqual(any('late'));
    expect(history.hear(of(1, 11, { type: 'heartbeat' }))).toMatchObject({ reason: 'STALE_ATTEMPT' });
    const [waitId = ''] = history.waits.keys();
    history.at(20, resumed(waitId));
    expect(history.operation).toMatchObject({ state: 'RUNNING', tries: 1, handover: { kind: 'OFFERED' } });
    history.hear(of(1, 8, { type: 'checkpointed', resumePoint: 'older' }));
    history.hear(of(2, 1, { type: 'checkpointed', resumePoint: 'by a clock that is behind' }));
    expect(history.operation?.resumePoint?.value).toBe('by a clock that is behind');
    expect(history.hear(of(1, 30, { type: 'succeeded', response: any('x') }))).toMatchObject({
      reason: 'STALE_ATTEMPT',
    });
    expect(history.signals()).toEqual(['signalStart 1', 'signalResume 2']);
  });

  it('that is lost may still end the operation before the next attempt exists, and nothing else', () => {
    const lost = () => {
      const history = new Dispatched({ leaseMs: 10 * SECOND, firstBackoffMs: 60 * SECOND });
      history.hear(heartbeat(1, 0));
      history.hear(elapsed(10 * SECOND));
      return history;
    };
    expect(lost().hear(of(1, 11 * SECOND, { type: 'progressed', metadata: any('x') }))).toMatchObject({
      reason: 'STALE_ATTEMPT',
    });
    expect(lost().hear(of(1, 11 * SECOND, { type: 'succeeded', response: any('x') }))).toMatchObject({
      next: { state: 'SUCCEEDED' },
    });
  });
});

describe('attemptFailed', () => {
  it('is tried again until no try is left, and then fails with the last error', () => {
    const history = new Dispatched({ maxTries: 3 });
    for (let attempt = 1, tick = 0; attempt <= 3; attempt++, tick += 600 * SECOND) {
      history.hear(attemptFailed(attempt, tick));
      if (attempt < 3) history.hear(elapsed(tick + 300 * SECOND));
    }
    expect(history.operation).toMatchObject({ state: 'FAILED', error: { code: 14, message: 'broke' } });
  });

  it.each([3, 5, 6, 7, 16, 9, 11, 12])('is final with the code %i, unless a delay is given', (code) => {
    const final = new Dispatched();
    final.hear(attemptFailed(1, 1, code));
    expect(final.operation).toMatchObject({ state: 'FAILED', error: { code } });
    const delayed = new Dispatched();
    delayed.hear(attemptFailed(1, 1, code, { retryDelayMs: 7 * SECOND }));
    expect(delayed.operation).toMatchObject({
      handover: { kind: 'BACKOFF', retryTime: START + 1 + 7 * SECOND },
    });
  });

  it('that is released counts as no try, and the next attempt begins at once', () => {
    const history = new Dispatched({ maxTries: 1 });
    for (let attempt = 1; attempt <= 10; attempt++) {
      const next = history.hear(of(attempt, attempt, { type: 'attemptFailed', released: true }));
      expect(next).toMatchObject({ outcome: 'applied', next: { tries: 1, handover: { kind: 'OFFERED' } } });
    }
    expect(history.signals()).toHaveLength(11);
  });

  it('needs its attempt, with dispatch only', () => {
    const body: WorkerEvent = {
      type: 'attemptFailed',
      error: { code: 2, message: '', details: [] },
      released: false,
    };
    expect(new Dispatched().hear(event(1, body))).toMatchObject({ outcome: 'rejected', field: 'attempt' });
    const history = new History();
    history.apply(created(0));
    expect(history.apply(event(1, body))).toMatchObject({ next: { state: 'FAILED', error: { code: 2 } } });
  });

  it('counts the tries anew when the resume point has changed', () => {
    const history = new Dispatched({ maxTries: 2 });
    history.hear(attemptFailed(1, 1));
    history.hear(elapsed(300 * SECOND));
    history.hear(of(2, 301 * SECOND, { type: 'checkpointed', resumePoint: 'second' }));
    history.hear(attemptFailed(2, 302 * SECOND));
    expect(history.operation).toMatchObject({ state: 'RUNNING', tries: 1 });
    history.hear(elapsed(700 * SECOND));
    history.hear(attemptFailed(3, 701 * SECOND));
    expect(history.operation).toMatchObject({ state: 'FAILED' });
  });
});

describe('the backoff', () => {
  it('grows to its bound, with full jitter', () => {
    const terms = { ...DEFAULT_DISPATCH, firstBackoffMs: 1_000, maxBackoffMs: 10_000, backoffMultiplier: 3 };
    expect([1, 2, 3, 4, 99].map((tries) => backoffMs(terms, tries, 0.999_999_9))).toEqual([
      999, 2_999, 8_999, 9_999, 9_999,
    ]);
    expect(backoffMs(terms, 5, 0)).toBe(0);
  });
});

describe('a request to stop a dispatched operation', () => {
  it('ends the operation at once if no worker has taken its START', () => {
    const history = new Dispatched();
    history.hear(cancelRequested(1));
    expect(history.operation).toMatchObject({ state: 'CANCELLED', error: { code: 1 } });
  });

  it('before created ends the operation without a START', () => {
    const history = new History();
    history.apply(cancelRequested(0));
    history.apply(dispatched(1));
    expect(history.operation).toMatchObject({ state: 'CANCELLED' });
    expect(history.kinds()).not.toContain('signalStart');
  });

  it('ends the operation at once between two attempts', () => {
    const history = new Dispatched();
    history.hear(attemptFailed(1, 1));
    history.hear(cancelRequested(2));
    expect(history.operation).toMatchObject({ state: 'CANCELLED' });
  });

  it('goes to the worker, and ends the operation when the attempt fails', () => {
    const history = new Dispatched();
    history.hear(heartbeat(1, 1));
    history.hear(cancelRequested(2));
    expect(history.operation).toMatchObject({ state: 'RUNNING', cancelRequest: 'REQUESTED' });
    expect(history.signals()).toEqual(['signalStart 1', 'signalCancel 1']);
    history.hear(attemptFailed(1, 3));
    expect(history.operation).toMatchObject({ state: 'CANCELLED' });
  });

  it('ends the operation if the worker does not end its attempt within cancelTimeout', () => {
    const history = new Dispatched({ cancelTimeoutMs: 30 * SECOND });
    history.hear(heartbeat(1, 1));
    history.hear(cancelRequested(2));
    for (let tick = 10; tick < 30; tick += 10) history.hear(heartbeat(1, tick * SECOND));
    expect(history.hear(elapsed(30 * SECOND + 2))).toMatchObject({ what: 'CANCEL_TIMEOUT' });
    expect(history.operation).toMatchObject({ state: 'CANCELLED' });
  });

  it('ends the wait, and only the RESUME with CANCEL is tried again', () => {
    const history = new Dispatched({ firstBackoffMs: 0 });
    history.hear(heartbeat(1, 0));
    history.hear(of(1, 1, waitingBody()));
    history.hear(cancelRequested(2));
    expect(history.operation).toMatchObject({ state: 'RUNNING', resumption: { cause: 'CANCEL' } });
    history.hear(attemptFailed(2, 3));
    history.hear(elapsed(4));
    expect(history.signals()).toEqual([
      'signalStart 1',
      'signalCancel 1',
      'signalResume 2',
      'signalResume 3',
    ]);
    history.hear(of(3, 5, waitingBody()));
    const waitId = [...history.waits.keys()].at(-1) ?? '';
    history.at(6, resumed(waitId));
    history.hear(attemptFailed(4, 7));
    expect(history.operation).toMatchObject({ state: 'CANCELLED' });
  });
});

describe('the last resort', () => {
  const CATCH = { catchPoint: 'undo', catchTimeoutMs: 100 * SECOND };

  it('is taken if no try is left, and its own tries do not count', () => {
    const history = new Dispatched({ ...CATCH, maxTries: 1, firstBackoffMs: 0 });
    history.hear(attemptFailed(1, 1));
    expect(history.operation).toMatchObject({
      state: 'RUNNING',
      lastResort: { cause: 'TRIES', error: { code: 14 } },
      resumePoint: { value: 'undo' },
    });
    for (let attempt = 2; attempt < 9; attempt++) {
      history.hear(attemptFailed(attempt, attempt * 10));
      history.hear(elapsed(attempt * 10 + 1));
    }
    expect(history.operation).toMatchObject({ state: 'RUNNING' });
    history.hear(elapsed(100 * SECOND + 1));
    expect(history.operation).toMatchObject({ state: 'FAILED', error: { code: 14, message: 'broke' } });
    expect(history.signals().slice(0, 3)).toEqual(['signalStart 1', 'signalCatch 2', 'signalCatch 3']);
  });

  it('is taken at the deadline, by a waiting operation too', () => {
    const history = new Dispatched(CATCH, 20 * SECOND);
    history.hear(of(1, 1, { ...waitingBody(), resumePoint: 'collect' }));
    history.hear(elapsed(20 * SECOND));
    expect(history.operation).toMatchObject({
      state: 'RUNNING',
      lastResort: { cause: 'DEADLINE', error: { code: 4 } },
      resumePoint: { value: 'undo' },
      resumption: { kind: 'WAIT', cause: 'DEADLINE' },
    });
  });

  it('is taken after a cancel when the attempt ends, and the end is CANCELLED', () => {
    const history = new Dispatched(CATCH);
    history.hear(heartbeat(1, 1));
    history.hear(cancelRequested(2));
    history.hear(attemptFailed(1, 3, 1));
    expect(history.operation).toMatchObject({
      lastResort: { cause: 'CANCEL' },
      resumePoint: { value: 'undo' },
    });
    history.hear(elapsed(100 * SECOND + 3));
    expect(history.operation).toMatchObject({ state: 'CANCELLED', error: { code: 1 } });
  });

  it('is the RESUME with CANCEL if the operation waits', () => {
    const history = new Dispatched({ ...CATCH, cancelTimeoutMs: SECOND });
    history.hear(of(1, 1, { ...waitingBody(), resumePoint: 'collect' }));
    history.hear(cancelRequested(2));
    expect(history.operation).toMatchObject({
      lastResort: { cause: 'CANCEL' },
      resumePoint: { value: 'collect' },
      resumption: { cause: 'CANCEL' },
    });
    expect(history.hear(elapsed(2 * SECOND))).toEqual({ outcome: 'unchanged' });
  });

  it('is not taken if no worker has ever taken the operation', () => {
    const history = new Dispatched(CATCH);
    history.hear(cancelRequested(1));
    expect(history.operation).toMatchObject({ state: 'CANCELLED' });
  });

  it('may wait and continue, and ends with the result of its worker', () => {
    const history = new Dispatched({ ...CATCH, maxTries: 1 });
    history.hear(attemptFailed(1, 1));
    history.hear(of(2, 2, { ...waitingBody(), resumePoint: 'undone' }));
    const [waitId = ''] = history.waits.keys();
    history.at(3, resumed(waitId));
    history.hear(of(3, 4, { type: 'failed', error: { code: 14, message: 'broke', details: [] } }));
    expect(history.operation).toMatchObject({ state: 'FAILED' });
  });
});

describe('an operation without dispatch', () => {
  it('has an attempt, and one more with each RESUME, but no lease', () => {
    const history = new History();
    for (const item of [created(0), waiting(1), resumed('waiting-1')]) history.apply(item);
    expect(history.operation).toMatchObject({ handover: { kind: 'UNWATCHED' } });
    expect(history.operation?.attempts.map(({ number }) => number)).toEqual([1, 2]);
    expect(dueTime(history.operation as never)).toBeUndefined();
    history.apply(of(2, 5, { type: 'heartbeat' }, 'w1'));
    expect(history.operation?.attempts.at(-1)).toMatchObject({ worker: 'w1' });
    expect(history.apply(of(2, 6, { type: 'heartbeat' }, 'w2'))).toMatchObject({ reason: 'STALE_ATTEMPT' });
  });

  it('orders the events of two workers by their attempts, whatever their clocks', () => {
    const history = new History();
    history.apply(created(0));
    history.apply(event(50, waitingBody(), { eventId: 'first', publishTime: START + 1 }));
    history.apply(resumed('first'), { ...CIRCUMSTANCES, now: START + 10 });
    // On another machine, whose clock is 50 ms behind.
    history.apply(event(5, waitingBody(), { eventId: 'second', publishTime: START + 20 }));
    expect(history.operation).toMatchObject({ state: 'WAITING', wait: { waitId: 'second' } });
  });

  it('fails when its worker fails', () => {
    const history = new History();
    for (const item of [created(0), failed(1)]) history.apply(item);
    expect(history.operation).toMatchObject({ state: 'FAILED' });
  });
});
