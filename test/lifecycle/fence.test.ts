/** What an event of an attempt still does, by how the attempt has ended. */
import { describe, expect, it } from 'vitest';
import type { WorkerEvent } from '../../shared/lifecycle/event.ts';
import { attemptFailed, Dispatched, elapsed, heartbeat, of, SECOND, waitingBody } from './dispatched.ts';
import { any, event, resumed, START } from './events.ts';

const LATE = 30 * SECOND;
const DISPATCH = { leaseMs: 10 * SECOND, firstBackoffMs: 60 * SECOND, backoffMultiplier: 10 };

const ENDS: Readonly<Record<string, (history: Dispatched) => unknown>> = {
  waiting: (history) => history.hear(of(1, 1, waitingBody())),
  failed: (history) => history.hear(attemptFailed(1, 1, 14)),
  released: (history) => history.hear(of(1, 1, { type: 'attemptFailed', released: true })),
  lost: (history) => history.hear(elapsed(10 * SECOND)),
};

function endedBy(end: string): Dispatched {
  const history = new Dispatched(DISPATCH);
  history.hear(heartbeat(1, 0));
  ENDS[end]?.(history);
  return history;
}

const failure: WorkerEvent = {
  type: 'failed',
  error: { code: 13, message: 'broke', details: [] },
};

describe('a late event of an attempt that has ended', () => {
  it.each([
    ['waiting', true],
    ['failed', true],
    ['released', true],
    ['lost', false],
  ])('by %s has its progress and its savepoint kept: %s', (end, isKept) => {
    const history = endedBy(end);
    history.hear(of(1, LATE, { type: 'progressed', metadata: any('late') }));
    history.hear(of(1, LATE + 1, { type: 'checkpointed', resumePoint: 'late' }));
    expect(history.operation?.metadata?.value).toEqual(isKept ? any('late') : undefined);
    expect(history.operation?.resumePoint?.value).toBe(isKept ? 'late' : undefined);
  });

  it.each([
    ['waiting', true],
    ['failed', true],
    ['released', false],
    ['lost', true],
  ])('by %s ends the operation while there is no other attempt: %s', (end, isEnded) => {
    const history = endedBy(end);
    history.hear(of(1, LATE, failure));
    expect(history.operation?.state === 'FAILED').toBe(isEnded);
  });

  it.each(Object.keys(ENDS))('by %s takes nothing and fails nothing again', (end) => {
    const history = endedBy(end);
    const before = history.operation;
    expect(history.hear(heartbeat(1, LATE))).toEqual({ outcome: 'unchanged', reason: 'STALE_ATTEMPT' });
    expect(history.hear(attemptFailed(1, LATE + 1))).toMatchObject({ reason: 'STALE_ATTEMPT' });
    expect(history.operation).toBe(before);
  });

  it.each([
    ['waiting', 'of its open wait begins a newer wait', true],
    ['failed', 'begins no wait', false],
    ['lost', 'begins no wait', false],
  ])('by %s: another waiting %s', (end, _, begins) => {
    const history = endedBy(end);
    history.hear(of(1, LATE, waitingBody()));
    const open = [...history.waits.values()].filter((wait) => !wait.end).map(({ waitId }) => waitId);
    expect(open).toEqual(begins ? [`lro:attempt:1:waiting-${LATE}`] : []);
  });

  it('by waiting begins no other wait once the wait has ended', () => {
    const history = endedBy('waiting');
    history.at(20, resumed([...history.waits.keys()][0] ?? ''));
    expect(history.hear(of(1, LATE, waitingBody()))).toMatchObject({ reason: 'STALE_ATTEMPT' });
    expect(history.operation?.state).toBe('RUNNING');
  });

  it('by waiting, and followed by another attempt that waits, begins no wait', () => {
    const history = endedBy('waiting');
    history.at(20, resumed([...history.waits.keys()][0] ?? ''));
    history.hear(of(2, 21, waitingBody()));
    expect(history.hear(of(1, LATE, waitingBody()))).toMatchObject({ reason: 'STALE_ATTEMPT' });
  });
});

describe('the attempts of an operation', () => {
  it('are kept up to the newest 16, and an event of an older one is stale', () => {
    const history = new Dispatched();
    for (let attempt = 1; attempt < 20; attempt++) {
      history.hear(of(attempt, attempt, { type: 'attemptFailed', released: true }));
    }
    const numbers = history.operation?.attempts.map(({ number }) => number);
    expect(numbers).toEqual(Array.from({ length: 16 }, (_, index) => index + 5));
    const late = of(4, 30, { type: 'progressed', metadata: any('late') });
    expect(history.hear(late)).toMatchObject({ reason: 'STALE_ATTEMPT' });
  });

  it('begin when the orchestrator makes them, except the first, to which everything before belongs', () => {
    const history = new Dispatched();
    history.hear(of(1, 5, { type: 'attemptFailed', released: true }));
    expect(history.operation?.attempts.map(({ startTime }) => startTime)).toEqual([0, START + 5]);
  });

  it('get a holder by the first event that names one, also by an event that renews no lease', () => {
    const history = new Dispatched({ leaseMs: 10 * SECOND });
    history.hear(event(8 * SECOND, { type: 'heartbeat' }, { attempt: 1 }));
    history.hear(heartbeat(1, 2 * SECOND, 'w1'));
    expect(history.operation).toMatchObject({
      attempts: [{ worker: 'w1' }],
      handover: { leaseExpireTime: START + 18 * SECOND },
    });
  });

  it('end with how the worker or the clock has ended them', () => {
    const ends = Object.keys(ENDS).map((end) => endedBy(end).operation?.attempts[0]?.end);
    expect(ends).toEqual(['WAITING', 'FAILED', 'RELEASED', 'LOST']);
  });
});
