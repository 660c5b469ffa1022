/** What a worker makes of the orchestrator's answers: an attempt that is past ends, and no event is lost. */
import { describe, expect, it } from 'vitest';
import { HttpApi } from '../../shared/client/http-api.ts';
import { HttpOperationCalls } from '../../shared/worker/http-operation-calls.ts';
import type { LifecycleEvent } from '../../shared/worker/operation-calls.ts';

type Answer = readonly [http: number, body: object];

const refusal = (http: number, status: string, reason?: string): Answer => {
  const details =
    reason === undefined ? [] : [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason }];
  return [http, { error: { code: http, status, message: 'no', details } }];
};
const PAST = refusal(409, 'ABORTED', 'CONFLICT');
const GONE = refusal(404, 'NOT_FOUND', 'OPERATION_NOT_FOUND');
const OTHER_SERVER = refusal(404, 'NOT_FOUND');
const INVALID = refusal(400, 'INVALID_ARGUMENT', 'INVALID_FIELD');
const DENIED = refusal(403, 'PERMISSION_DENIED');
const TOO_MANY = refusal(429, 'RESOURCE_EXHAUSTED');
const DOWN = refusal(503, 'UNAVAILABLE');

/** A worker of an orchestrator that answers in this order, the last answer from then on. */
function answered(...answers: readonly Answer[]) {
  let requests = 0;
  const published: unknown[] = [];
  const pauses: number[] = [];
  const api = new HttpApi({
    url: 'http://localhost',
    sleep: async (ms) => void pauses.push(ms),
    transport: async () => {
      const [status, body] = answers[Math.min(requests++, answers.length - 1)] as Answer;
      return Response.json(body, { status });
    },
  });
  const calls = new HttpOperationCalls(api, 'w1', async (data) => {
    published.push(JSON.parse(Buffer.from(data).toString()));
  });
  return { calls, published, pauses };
}

const event = {
  operation: 'operations/a',
  eventId: 'e',
  attempt: 1,
  succeeded: {},
} as unknown as LifecycleEvent;
const code = (error: { code?: string }) => error.code;

describe('an event', () => {
  it.each<[string, Answer, boolean | string]>([
    ['is applied', [200, { applied: true }], true],
    ['is applied too where the answer leaves out what is true', [200, {}], true],
    ['that changes nothing ends the attempt', [200, { applied: false }], false],
    ['of a past attempt ends the attempt', PAST, false],
    ['of an operation that is gone ends the attempt', GONE, false],
    ['that breaks a rule is refused', INVALID, 'INVALID_ARGUMENT'],
  ])('%s, and is not published', async (_, answer, expected) => {
    const { calls, published } = answered(answer);
    expect(await calls.apply(event).catch(code)).toBe(expected);
    expect(published).toEqual([]);
  });

  it.each([
    ['another server', OTHER_SERVER],
    ['a missing permission', DENIED],
    ['too many calls', TOO_MANY],
    ['a server that is away', DOWN],
  ])('is published after the answer of %s', async (_, answer) => {
    const { calls, published } = answered(answer);
    expect(await calls.apply(event)).toBe(true);
    expect(published).toEqual([event]);
  });
});

describe('a heartbeat', () => {
  it('is not tried again before the time that the server gives', async () => {
    const details = [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '5s' }];
    const busy: Answer = [503, { error: { code: 503, status: 'UNAVAILABLE', message: 'busy', details } }];
    const { calls, pauses } = answered(busy, busy, [200, {}]);
    expect(await calls.heartbeat('operations/a', 1)).toEqual({ taken: true, cancelRequested: false });
    expect(pauses).toHaveLength(2);
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(5_000);
  });

  it.each<[string, readonly Answer[], object | string]>([
    ['takes the attempt', [[200, {}]], { taken: true, cancelRequested: false }],
    ['learns of a cancel', [[200, { cancelRequested: true }]], { taken: true, cancelRequested: true }],
    [
      'is tried again while the server is away',
      [DOWN, DOWN, [200, {}]],
      { taken: true, cancelRequested: false },
    ],
    ['of a past attempt does not take it', [PAST], { taken: false, cancelRequested: false }],
    ['finds out late that the attempt is past', [DOWN, PAST], { taken: false, cancelRequested: false }],
    ['of an operation that is gone does not take it', [GONE], { taken: false, cancelRequested: false }],
    [
      'of an attempt that was never given does not take it',
      [INVALID],
      { taken: false, cancelRequested: false },
    ],
    ['that another server answers is an error', [OTHER_SERVER], 'NOT_FOUND'],
    ['without permission is an error', [DENIED], 'PERMISSION_DENIED'],
  ])('%s', async (_, answers, expected) => {
    const { calls } = answered(...answers);
    expect(await calls.heartbeat('operations/a', 1).catch(code)).toEqual(expected);
  });
});

describe('the question whether an operation is over', () => {
  it.each<[string, Answer, boolean | string]>([
    ['done', [200, { name: 'operations/a', done: true }], true],
    ['not done', [200, { name: 'operations/a' }], false],
    ['gone', GONE, true],
    ['not known to another server', OTHER_SERVER, 'NOT_FOUND'],
  ])('%s', async (_, answer, expected) => {
    const { calls } = answered(answer);
    expect(await calls.isOver('operations/a').catch(code)).toBe(expected);
  });
});
