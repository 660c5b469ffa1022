/** The sentences of an explanation: each thing that can be awaited, what ends it, and which one a person reads first. */
import { describe, expect, it } from 'vitest';
import type {
  AwaitedThing,
  Blocker,
  CauseStep,
  Explanation,
  Wakes,
} from '../../shared/orchestrator/explain/explanation.ts';
import { describeBlocker, sentenceOf } from '../../shared/orchestrator/explain/sentence.ts';
import type { Log } from '../../shared/worker/op.ts';
import { thrownError } from '../../shared/worker/thrown-error.ts';

const T = Date.UTC(2026, 0, 1);
const AT = '2026-01-01T00:00:00.000Z';
const waitId = 'w';

const blocker = (waitsFor: AwaitedThing, rest: Partial<Blocker> = {}): Blocker => ({
  name: 'operations/c',
  waiter: 'operations/p',
  waitsFor,
  since: T,
  wakes: { by: 'event' },
  ...rest,
});
const explanation = (rest: Partial<Explanation>): Explanation => ({
  name: 'operations/p',
  state: 'WAITING',
  blockedBy: [],
  causes: [],
  more: 0,
  sweepIsLate: false,
  ...rest,
});
const SLEEP: AwaitedThing = { kind: 'SLEEP', waitId };
const SIGNAL = { kind: 'SIGNAL', signal: 'START', attempt: 2, sends: 1 } as const;
const EXTERNAL = { kind: 'EXTERNAL_OPERATION', waitId, endpoint: 'https://e' } as const;

describe('a blocker', () => {
  it.each<[string, AwaitedThing]>([
    ['waits for a worker to take the START of attempt 2, sent once,', SIGNAL],
    [
      'waits for a worker of m to take the RESUME at "end" of attempt 2, sent 3 times,',
      { ...SIGNAL, signal: 'RESUME', method: 'm', resumePoint: 'end', sends: 3 },
    ],
    [
      'waits for the START of attempt 2, whose publish has failed 2 times,',
      { ...SIGNAL, failedDeliveries: 2 },
    ],
    ['is with its worker', { kind: 'WORKER', attempt: 0 }],
    ['is with worker w1, attempt 1,', { kind: 'WORKER', attempt: 1, worker: 'w1' }],
    [
      'is with worker w1, attempt 1, at its catch point, taken because of CANCEL,',
      { kind: 'WORKER', attempt: 1, worker: 'w1', lastResort: 'CANCEL' },
    ],
    [
      `is with its worker, attempt 1, which was asked to stop at ${AT}, and has been at work`,
      { kind: 'WORKER', attempt: 1, cancelTime: T },
    ],
    ['lost the worker of attempt 1, whose lease has run out', { kind: 'LOST_LEASE', attempt: 1 }],
    [
      'waits for its next try after try 1 of 5 failed,',
      { kind: 'BACKOFF', attempt: 1, tries: 1, maxTries: 5 },
    ],
    [
      'waits for its next try after try 1 of 5 failed: no message (code 2),',
      { kind: 'BACKOFF', attempt: 1, tries: 1, maxTries: 5, error: { code: 2, message: '' } },
    ],
    [
      'waits for its next try after try 1 of 5 failed: step "s" failed: no card (code 2),',
      {
        kind: 'BACKOFF',
        attempt: 1,
        tries: 1,
        maxTries: 5,
        error: { code: 2, message: 'step "s" failed: no card' },
      },
    ],
    ['sleeps', SLEEP],
    ['is still to be created by its parent,', { kind: 'CREATION', waitId, spawned: true }],
    ['does not exist, and has been awaited', { kind: 'CREATION', waitId, spawned: false }],
    ['of https://e is not done, and has been awaited', EXTERNAL],
    [
      `of https://e, whose polls have got no answer since ${AT}, is not done, and has been awaited`,
      { ...EXTERNAL, failedPoll: { status: 0, time: T } },
    ],
    [
      `of https://e, whose polls have got the HTTP status 403 since ${AT}, is not done, and has been awaited`,
      { ...EXTERNAL, failedPoll: { status: 403, time: T } },
    ],
    ['waits for the notification "paid"', { kind: 'NOTIFICATION', waitId, notification: 'paid' }],
    [
      'waits for the notification "paid", and not for "payed", which has come,',
      { kind: 'NOTIFICATION', waitId, notification: 'paid', unwanted: ['payed'] },
    ],
    ['has all that it waits for, but its wait has not ended,', { kind: 'END_OF_WAIT', waitId }],
  ])('%s', (words, thing) => {
    expect(describeBlocker(blocker(thing))).toBe(
      `operations/c ${words} since ${AT}; nothing but an event ends this.`,
    );
  });

  it.each<[string, Wakes]>([
    ['its workflow looks at it next', { by: 'workflow' }],
    [`the lease of the worker runs until ${AT}`, { by: 'lease', time: T }],
    [`the next try begins at ${AT}`, { by: 'retry', time: T }],
    [`the deadline is ${AT}`, { by: 'deadline', time: T }],
    [`sweep looks at it at ${AT}`, { by: 'sweep', time: T }],
    [`its workflow looks at it at ${AT}`, { by: 'workflow', time: T }],
    [`sweep should have come at ${AT}`, { by: 'lease', time: T, overdue: true }],
  ])('%s', (words, wakes) => {
    expect(describeBlocker(blocker(SLEEP, { wakes }))).toBe(`operations/c sleeps since ${AT}; ${words}.`);
  });
});

describe('an explanation', () => {
  it('of a step whose error is not exposed says where the reason stands', () => {
    const log = { error: () => {} } as unknown as Log;
    const { message } = thrownError('start', new Error('secret'), { exposeErrors: false, log });
    const cause: CauseStep = {
      name: 'operations/p',
      state: 'FAILED',
      endedBy: 'failed',
      error: { code: 2, message },
    };
    expect(sentenceOf(explanation({ state: 'FAILED', causes: [cause] }))).toMatch(
      /failed \(code 2\); the log of the worker says why, and with exposeErrors the error does too\.$/,
    );
  });

  it('begins with what a person has to act on, and then with what has lasted longest', () => {
    const error = { code: 14, message: 'down' };
    // The most urgent first. Each is younger than those that follow.
    const inOrder = [
      blocker(SLEEP, { wakes: { by: 'sweep', time: T, overdue: true } }),
      blocker({ kind: 'LOST_LEASE', attempt: 1 }, { since: T - 1 }),
      blocker(SLEEP, { launchRefused: { reason: 'the quota is used up', time: T } }),
      blocker({ kind: 'CREATION', waitId, spawned: false }, { since: T - 1 }),
      blocker({ kind: 'BACKOFF', attempt: 1, tries: 1, maxTries: 5, error }),
      blocker(SIGNAL, { since: T - 1 }),
      blocker({ kind: 'WORKER', attempt: 1 }),
      blocker(SLEEP, { since: T - 1 }),
    ];
    // Of two that are equally urgent, the older one comes first.
    const expected = [1, 0, 3, 2, 5, 4, 7, 6];
    for (let left = expected; left.length > 0; left = left.slice(1)) {
      const blockedBy = inOrder.filter((_, index) => left.includes(index));
      const [first] = left;
      expect(sentenceOf(explanation({ blockedBy }))).toContain(
        describeBlocker(inOrder[first as number] as Blocker),
      );
    }
  });

  it.each<[string, Partial<Explanation>]>([
    ['operations/p is WAITING.', {}],
    [`operations/p succeeded at ${AT}.`, { state: 'SUCCEEDED', completeTime: T }],
    [
      `operations/p sleeps since ${AT}; nothing but an event ends this.`,
      { blockedBy: [blocker(SLEEP, { name: 'operations/p', waiter: undefined })] },
    ],
    [
      `operations/p waits: operations/c sleeps since ${AT}; nothing but an event ends this. 1 more thing blocks it.`,
      { blockedBy: [blocker(SLEEP), blocker(SLEEP)] },
    ],
    [
      `operations/p waits, at the end of the line: operations/c sleeps since ${AT}; nothing but an event ends this. ` +
        '2 more things block it. 1 more operation was not looked at.',
      { blockedBy: Array(3).fill(blocker(SLEEP, { waiter: 'operations/q' })), more: 1 },
    ],
    [
      'operations/p is WAITING. The function sweep has never run: what is overdue waits for it.',
      { sweepIsLate: true },
    ],
    [
      `operations/p is WAITING. 2 more operations were not looked at. The function sweep has not run since ${AT}: what is overdue waits for it.`,
      { sweepIsLate: true, lastSweepTime: T, more: 2 },
    ],
  ])('%s', (words, rest) => {
    expect(sentenceOf(explanation(rest))).toBe(words);
  });

  it('of an end names the end, and the last of its causes', () => {
    const own: CauseStep = { name: 'operations/p', state: 'FAILED', endedBy: 'failed' };
    const child: CauseStep = {
      ...{ name: 'operations/c', state: 'FAILED', endedBy: 'failed', time: T, attempt: 2, worker: 'w1' },
      error: { code: 5, message: 'no such page' },
    };
    const sentence = (causes: readonly CauseStep[]) => sentenceOf(explanation({ state: 'FAILED', causes }));
    expect(sentence([own])).toBe('operations/p is FAILED, by failed.');
    expect(sentence([own, { ...own, name: 'operations/q' }, child])).toBe(
      'operations/p is FAILED, by failed. The first cause: ' +
        `operations/c is FAILED at ${AT} in attempt 2 of worker w1, by failed: no such page (code 5).`,
    );
  });
});
