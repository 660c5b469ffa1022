/** What bounds an operation in time, and what its end asks of its worker and its children. */
import { describe, expect, it } from 'vitest';
import { boundOf, dueTime } from '../../shared/lifecycle/due.ts';
import type { Operation } from '../../shared/lifecycle/operation.ts';
import { attemptFailed, Dispatched, elapsed, heartbeat, of, SECOND, waitingBody } from './dispatched.ts';
import { any, cancelRequested, event, resumed, START } from './events.ts';
import { play } from './history.ts';

const CATCH = { catchPoint: 'undo', catchTimeoutMs: 100 * SECOND };
const current = ({ operation }: Dispatched) => operation as Operation;
/** The effects since `mark`. */
const since = ({ effects }: Dispatched, mark: number) => effects.slice(mark).map(({ kind }) => kind);

describe('the next bound of an operation', () => {
  it.each<[string, number | undefined, number, ReturnType<typeof boundOf>]>([
    ['the deadline, if it comes first', 20, 60, { what: 'DEADLINE', time: START + 20 * SECOND }],
    [
      'the end of the cancel, if it comes first',
      90,
      60,
      { what: 'CANCEL_TIMEOUT', time: START + 62 * SECOND },
    ],
    ['the deadline, if both come together', 62, 60, { what: 'DEADLINE', time: START + 62 * SECOND }],
    [
      'the end of the cancel without a deadline',
      undefined,
      60,
      { what: 'CANCEL_TIMEOUT', time: START + 62 * SECOND },
    ],
  ])('is %s', (_, timeoutSeconds, cancelSeconds, bound) => {
    const timeoutMs = timeoutSeconds === undefined ? undefined : timeoutSeconds * SECOND;
    const history = new Dispatched(
      { leaseMs: 3_600_000, cancelTimeoutMs: cancelSeconds * SECOND },
      timeoutMs,
    );
    history.hear(heartbeat(1, SECOND));
    history.hear(cancelRequested(2 * SECOND));
    history.hear(cancelRequested(9 * SECOND));
    expect(boundOf(current(history))).toEqual(bound);
    expect(dueTime(current(history))).toBe(bound?.time);
  });

  it('is that of the last resort alone, once it is taken', () => {
    const history = new Dispatched({ ...CATCH, maxTries: 1 }, 20 * SECOND);
    history.hear(attemptFailed(1, SECOND));
    expect(boundOf(current(history))).toEqual({ what: 'CATCH_TIMEOUT', time: START + 101 * SECOND });
  });
});

describe('the time of the next look at an operation without a bound', () => {
  it.each<[string, number, (history: Dispatched) => unknown]>([
    ['that is offered is that of the next signal', 30, () => undefined],
    ['that a worker has is the end of the lease', 11, (history) => history.hear(heartbeat(1, SECOND))],
    [
      'between two attempts is the next try',
      8,
      (history) => history.hear(attemptFailed(1, SECOND, 14, { retryDelayMs: 7 * SECOND })),
    ],
  ])('%s', (_, seconds, prepare) => {
    const history = new Dispatched({ startTimeoutMs: 30 * SECOND, leaseMs: 10 * SECOND });
    prepare(history);
    expect(dueTime(current(history))).toBe(START + seconds * SECOND);
  });

  it('is the deadline alone, if the operation is not dispatched', () => {
    const creation = { method: 'example.v1.Make', labels: {}, deadline: START + SECOND };
    const { operation } = play(event(0, { type: 'created', creation }));
    expect(operation && dueTime(operation)).toBe(START + SECOND);
  });
});

describe('a cancel request', () => {
  it('does not end an operation at once whose RESUME no worker has taken yet', () => {
    const history = new Dispatched();
    history.hear(of(1, 1, waitingBody()));
    history.at(2, resumed([...history.waits.keys()][0] ?? ''));
    history.hear(cancelRequested(3));
    expect(history.operation).toMatchObject({ state: 'RUNNING', cancelRequest: 'REQUESTED' });
    expect(history.signals()).toContain('signalCancel 2');
  });

  it('that is repeated while the worker answers the first one lets it make no further try', () => {
    const history = new Dispatched();
    history.hear(of(1, 1, waitingBody()));
    history.hear(cancelRequested(2));
    history.hear(cancelRequested(3));
    history.hear(attemptFailed(2, 4));
    expect(history.operation).toMatchObject({ state: 'CANCELLED' });
  });

  it('changes nothing of the last resort, and asks no one', () => {
    const history = new Dispatched({ ...CATCH, maxTries: 1 });
    history.hear(attemptFailed(1, 1));
    const mark = history.effects.length;
    history.hear(cancelRequested(2));
    expect(since(history, mark)).toEqual([]);
    expect(history.operation).toMatchObject({ state: 'RUNNING', lastResort: { cause: 'TRIES' } });
  });

  it('takes the last resort before a second attempt is taken, because the first one may have left something', () => {
    const history = new Dispatched({ ...CATCH, firstBackoffMs: 0 });
    history.hear(attemptFailed(1, 1));
    history.hear(elapsed(2));
    history.hear(cancelRequested(3));
    expect(history.operation).toMatchObject({ state: 'RUNNING', lastResort: { cause: 'CANCEL' } });
  });
});

describe('the deadline', () => {
  it.each<[string, string[], (history: Dispatched) => unknown]>([
    ['that is offered', ['signalCancel', 'cancelChildren', 'publishCompletion'], () => undefined],
    [
      'that a worker has',
      ['signalCancel', 'cancelChildren', 'publishCompletion'],
      (history) => history.hear(heartbeat(1, 1)),
    ],
    [
      'between two attempts',
      ['cancelChildren', 'publishCompletion'],
      (history) => history.hear(attemptFailed(1, 1, 14, { retryDelayMs: 3_600_000 })),
    ],
    [
      'that waits',
      ['stopWorkflow', 'cancelChildren', 'publishCompletion'],
      (history) => history.hear(of(1, 1, waitingBody())),
    ],
  ])('of an operation %s has the effects %j', (_, kinds, prepare) => {
    const history = new Dispatched({}, 20 * SECOND);
    prepare(history);
    expect(dueTime(current(history))).toBeLessThanOrEqual(START + 20 * SECOND);
    const mark = history.effects.length;
    expect(history.hear(elapsed(20 * SECOND))).toMatchObject({ what: 'DEADLINE' });
    expect(since(history, mark)).toEqual(kinds);
    expect(history.operation).toMatchObject({
      state: 'FAILED',
      error: { code: 4, message: 'The operation was not done within its timeout of 20 s.' },
    });
  });

  it('asks the children to stop and resumes the wait, if there is a last resort', () => {
    const history = new Dispatched(CATCH, 20 * SECOND);
    history.hear(of(1, 1, waitingBody()));
    const [waitId = ''] = history.waits.keys();
    const mark = history.effects.length;
    history.hear(elapsed(20 * SECOND));
    expect(since(history, mark)).toEqual(['cancelChildren', 'signalResume', 'stopWorkflow']);
    expect(history.effects[mark]).toMatchObject({ waitId });
    expect(history.waits.get(waitId)?.end).toMatchObject({ kind: 'RESUMED', cause: 'DEADLINE', by: 'sweep' });
  });
});

describe('the last resort', () => {
  it('begins at the catch point, whatever an earlier attempt says late, and goes on from what its own says', () => {
    const history = new Dispatched({ ...CATCH, maxTries: 1 });
    history.hear(attemptFailed(1, 1));
    history.hear(of(1, 900 * SECOND, { type: 'checkpointed', resumePoint: 'late' }));
    expect(history.operation?.resumePoint?.value).toBe('undo');
    history.hear(of(2, -900 * SECOND, { type: 'checkpointed', resumePoint: 'undone' }));
    expect(history.operation?.resumePoint?.value).toBe('undone');
  });

  it('is taken at a catch point that a worker has named, unless created has named one', () => {
    const named = (terms: object) => {
      const history = new Dispatched({ maxTries: 1, ...terms });
      history.hear(of(1, 1, { type: 'heartbeat', catchPoint: 'by the worker' }));
      history.hear(attemptFailed(1, 2));
      return history.operation;
    };
    expect(named({})).toMatchObject({ state: 'RUNNING', resumePoint: { value: 'by the worker' } });
    expect(named(CATCH)).toMatchObject({ state: 'RUNNING', resumePoint: { value: 'undo' } });
  });

  it('ends at once with an error for which another try cannot help', () => {
    const history = new Dispatched({ ...CATCH, maxTries: 1 });
    history.hear(attemptFailed(1, 1, 14));
    history.hear(attemptFailed(2, 2, 3));
    expect(history.operation).toMatchObject({ state: 'FAILED', error: { code: 3 } });
  });
});

describe('the tries', () => {
  it('count anew only if the resume point has another value', () => {
    const history = new Dispatched({ maxTries: 2, firstBackoffMs: 0 });
    history.hear(of(1, 1, { type: 'checkpointed', resumePoint: 'first' }));
    history.hear(attemptFailed(1, 2));
    history.hear(elapsed(3));
    history.hear(of(2, 4, { type: 'checkpointed', resumePoint: 'first' }));
    history.hear(of(2, 5, { type: 'checkpointed', checkpoint: any('saved').value }));
    expect(history.operation?.tries).toBe(2);
    history.hear(attemptFailed(2, 6));
    expect(history.operation).toMatchObject({ state: 'FAILED' });
  });
});

describe('a signal that no worker takes', () => {
  it('is sent again after startTimeout each time', () => {
    const history = new Dispatched({ startTimeoutMs: 10 * SECOND });
    history.hear(elapsed(15 * SECOND));
    expect(dueTime(current(history))).toBe(START + 25 * SECOND);
  });
});

describe('a lease that runs out', () => {
  it.each([
    ['w1', 'The lease of attempt 1 of w1 ran out without a sign of its worker.'],
    [undefined, 'The lease of attempt 1 ran out without a sign of its worker.'],
  ])('of the worker %s fails the last try with its reason', (worker, message) => {
    const history = new Dispatched({ leaseMs: 10 * SECOND, maxTries: 1 });
    history.hear(event(0, { type: 'heartbeat' }, { attempt: 1, worker }));
    history.hear(elapsed(10 * SECOND));
    expect(history.operation).toMatchObject({ state: 'FAILED', error: { code: 14, message } });
  });
});
