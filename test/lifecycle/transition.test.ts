import { describe, expect, it } from 'vitest';
import type { LifecycleEvent } from '../../shared/lifecycle/event.ts';
import { isTerminal } from '../../shared/lifecycle/operation.ts';
import {
  any,
  CIRCUMSTANCES,
  cancelRequested,
  created,
  event,
  failed,
  OPERATION,
  resumed,
  START,
  succeeded,
  waiting,
} from './events.ts';
import { play } from './history.ts';

const checkpointed = (tick: number, resumePoint: string) =>
  event(tick, { type: 'checkpointed', resumePoint, checkpoint: Buffer.from(resumePoint) });
const progressed = (tick: number, text: string) => event(tick, { type: 'progressed', metadata: any(text) });
const cancelled = (tick: number) => event(tick, { type: 'cancelled' });

describe('an operation that does not exist yet', () => {
  it.each([
    ['created', created(1), 'RUNNING'],
    ['progressed', progressed(1, 'a'), 'RUNNING'],
    ['checkpointed', checkpointed(1, 'a'), 'RUNNING'],
    ['waiting', waiting(1), 'WAITING'],
    ['cancelRequested', cancelRequested(1), 'RUNNING'],
    ['succeeded', succeeded(1), 'SUCCEEDED'],
    ['failed', failed(1), 'FAILED'],
    ['cancelled', cancelled(1), 'CANCELLED'],
  ] as const)('is made by %s', (_, first, state) => {
    expect(play(first).operation).toMatchObject({ name: OPERATION, state, createTime: START + 1 });
  });

  it('is not created by resumed', () => {
    expect(play(resumed('nothing')).operation).toBeUndefined();
  });

  it('gets method and creation time when created comes last', () => {
    const { operation, effects } = play(succeeded(9), created(1, 'm'));
    expect(operation).toMatchObject({ state: 'SUCCEEDED', createTime: START + 1, completeTime: START + 9 });
    expect(operation?.creation?.value.method).toBe('m');
    expect(effects).toEqual([{ kind: 'publishCompletion' }]);
  });
});

describe('created', () => {
  it('counts once: the oldest one wins', () => {
    const { operation } = play(created(5, 'second'), created(1, 'first'), created(7, 'third'));
    expect(operation?.creation?.value.method).toBe('first');
    expect(operation?.createTime).toBe(START + 1);
  });

  it('tells the worker of a cancel that came before it', () => {
    expect(play(cancelRequested(2), created(1)).kinds()).toEqual([
      'signalCancel',
      'cancelChildren',
      'signalCancel',
    ]);
  });

  it('sets how long a finished operation is kept', () => {
    const ttl = event(1, { type: 'created', creation: { method: 'm', labels: {}, ttl: 77 } });
    expect(play(ttl, succeeded(2)).operation).toMatchObject({ expireTime: START + 2 + 77 });
    expect(play(succeeded(2), ttl).operation).toMatchObject({ expireTime: START + 2 + 77 });
    expect(play(succeeded(2)).operation).toMatchObject({ expireTime: START + 2 + CIRCUMSTANCES.defaultTtl });
  });
});

describe('metadata and savepoints', () => {
  it('are those of the newest event, whichever arrives last', () => {
    const { operation } = play(created(1, 'm', any('a')), progressed(3, 'c'), progressed(2, 'b'));
    expect(operation?.metadata?.value).toEqual(any('c'));
  });

  it('are ordered by the sequence of the events, if they have one', () => {
    const late = event(1, { type: 'progressed', metadata: any('late clock') }, { sequence: 2n });
    const early = event(9, { type: 'progressed', metadata: any('early clock') }, { sequence: 1n });
    expect(play(late, early).operation?.metadata?.value).toEqual(any('late clock'));
    expect(play(late, progressed(10, 'no sequence')).operation?.metadata?.value).toEqual(any('late clock'));
  });

  it('are independent: an absent part keeps its saved value', () => {
    const point = event(2, { type: 'checkpointed', resumePoint: 'next' });
    const { operation } = play(checkpointed(1, 'first'), point);
    expect(operation?.resumePoint?.value).toBe('next');
    expect(operation?.checkpoint?.value).toEqual(Buffer.from('first'));
  });

  it('still arrive at a terminal operation', () => {
    const { operation } = play(succeeded(9), progressed(3, 'c'), checkpointed(4, 'p'));
    expect(operation).toMatchObject({
      state: 'SUCCEEDED',
      metadata: { value: any('c') },
      resumePoint: { value: 'p' },
    });
  });
});

describe('a wait', () => {
  it('begins, and is resumed once', () => {
    const history = play(created(1), waiting(2, 'then'), resumed('waiting-2'));
    expect(history.operation).toMatchObject({ state: 'RUNNING', resumePoint: { value: 'then' } });
    expect(history.waits.get('waiting-2')?.end).toMatchObject({
      kind: 'RESUMED',
      cause: 'CHILDREN',
      by: 'push',
    });
    expect(history.kinds()).toEqual(['startWait', 'signalResume', 'stopWorkflow']);
    expect(history.apply(resumed('waiting-2', 'DEADLINE'))).toBe('duplicate');
  });

  it('of a terminal operation is not resumed', () => {
    const history = play(waiting(1), succeeded(2));
    expect(history.apply(resumed('waiting-1'))).toEqual({ outcome: 'ignored', reason: 'TERMINAL' });
  });

  it('that the workflow itself ends leaves no workflow to stop', () => {
    expect(play(waiting(1), resumed('waiting-1', 'CHILDREN', 'workflow')).kinds()).toEqual([
      'startWait',
      'signalResume',
    ]);
  });

  it('calls its resume method, if it has one', () => {
    const history = play(waiting(1, 'p', { resumeMethod: 'https://example.com/go' }), resumed('waiting-1'));
    expect(history.kinds()).toEqual(['startWait', 'signalResume', 'callResumeMethod', 'stopWorkflow']);
  });

  it('is not ended by the resume of another', () => {
    const history = play(waiting(1), resumed('other'));
    expect(history.operation).toMatchObject({ state: 'WAITING', wait: { waitId: 'waiting-1' } });
  });

  it('is replaced by a newer wait, and never by an older one', () => {
    const history = play(waiting(5), waiting(7), waiting(6));
    expect(history.operation).toMatchObject({ state: 'WAITING', wait: { waitId: 'waiting-7' } });
    expect(history.waits.get('waiting-5')?.end).toMatchObject({ kind: 'ABANDONED', reason: 'SUPERSEDED' });
    expect(history.waits.has('waiting-6')).toBe(false);
    expect(history.kinds()).toEqual(['startWait', 'stopWorkflow', 'startWait']);
  });

  it('is abandoned when the operation ends', () => {
    const history = play(waiting(1), succeeded(2));
    expect(history.waits.get('waiting-1')?.end).toMatchObject({ kind: 'ABANDONED', reason: 'TERMINAL' });
    expect(history.kinds()).toEqual(['startWait', 'stopWorkflow', 'publishCompletion']);
  });

  it('does not begin once the operation has ended', () => {
    const history = play(succeeded(2), waiting(1, 'point'));
    expect(history.operation).toMatchObject({ state: 'SUCCEEDED', resumePoint: { value: 'point' } });
    expect(history.waits.size).toBe(0);
  });

  it('that would make a cycle fails the operation and names the path', () => {
    const history = play(created(1));
    history.apply(waiting(2), { ...CIRCUMSTANCES, cycle: ['operations/a', 'operations/b', 'operations/a'] });
    expect(history.operation).toMatchObject({ state: 'FAILED', error: { code: 9 } });
    expect(history.operation?.state === 'FAILED' && history.operation.error.message).toContain(
      'operations/a waits for operations/b waits for operations/a',
    );
  });
});

describe('a wait with cancelRest', () => {
  const begun = waiting(1, undefined, { cancelRest: true });
  it.each<[string, LifecycleEvent, boolean]>([
    ['that is over', resumed('waiting-1'), true],
    ['that a cancel ends', cancelRequested(2, false), true],
    ['that the end of its operation gives up', succeeded(2), true],
    ['that a newer wait supersedes', waiting(2), false],
  ])('%s asks its children that still run to stop: %s', (_, end, isAsked) => {
    const asked = play(begun, end).effects.filter(({ kind }) => kind === 'cancelRest');
    expect(asked).toEqual(isAsked ? [{ kind: 'cancelRest', waitId: 'waiting-1' }] : []);
  });
});

describe('a cancel request', () => {
  it('asks the worker and the children', () => {
    expect(play(created(1), cancelRequested(2)).effects).toEqual([
      { kind: 'signalCancel', cause: 'cancelRequested-2', attempt: 1 },
      { kind: 'cancelChildren', cause: 'cancelRequested-2', waitId: undefined },
    ]);
    expect(play(created(1), cancelRequested(2, false)).kinds()).toEqual(['signalCancel']);
  });

  it('ends a wait with CANCEL', () => {
    const history = play(waiting(1), cancelRequested(2));
    expect(history.operation).toMatchObject({ state: 'RUNNING', cancelRequest: 'ENDED_A_WAIT' });
    expect(history.waits.get('waiting-1')?.end).toMatchObject({ cause: 'CANCEL', by: 'cancel' });
    expect(history.effects).toMatchObject([
      { kind: 'startWait' },
      { kind: 'signalCancel' },
      { kind: 'cancelChildren', waitId: 'waiting-1' },
      { kind: 'signalResume', waitId: 'waiting-1' },
      { kind: 'stopWorkflow', waitId: 'waiting-1' },
    ]);
  });

  it('ends only the next wait, if none is open', () => {
    const history = play(created(1), cancelRequested(2), waiting(3), waiting(4));
    expect(history.waits.get('waiting-3')?.end).toMatchObject({ cause: 'CANCEL' });
    expect(history.effects).toContainEqual({
      kind: 'signalResume',
      waitId: 'waiting-3',
      attempt: 2,
      send: 1,
    });
    expect(history.operation).toMatchObject({ state: 'WAITING', wait: { waitId: 'waiting-4' } });
  });

  it('does nothing to a terminal operation', () => {
    const history = play(succeeded(1), cancelRequested(2));
    expect(history.operation).toMatchObject({ state: 'SUCCEEDED', cancelRequest: 'NONE' });
    expect(history.kinds()).toEqual(['publishCompletion']);
  });
});

describe('a terminal event', () => {
  const terminals = { SUCCEEDED: succeeded(3), FAILED: failed(4), CANCELLED: cancelled(5) };

  it.each(Object.entries(terminals))('%s is final, whichever terminal event follows it', (state, first) => {
    for (const second of Object.values(terminals)) {
      const history = play(created(1), first);
      const before = history.operation;
      const result = history.apply(second);
      if (first === second) expect(result).toBe('duplicate');
      else expect(result).toEqual({ outcome: 'ignored', reason: 'TERMINAL' });
      expect(history.operation).toEqual(before);
      expect(history.operation?.state).toBe(state);
      expect(history.operation && isTerminal(history.operation) && history.operation.terminalEventId).toBe(
        first.eventId,
      );
    }
  });
});
