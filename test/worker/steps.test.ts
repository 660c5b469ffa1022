import { defineOperation, OperationError } from 'lro-orchestrator';
import { operation, state } from 'lro-orchestrator/worker';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { children, type Event, fakeOrchestrator, resumed, struct } from './fake-orchestrator.ts';

const page = defineOperation('t.v1.RenderPage', {
  input: v.object({ page: v.string() }),
  response: v.object({ url: v.string() }),
});
const report = defineOperation('t.v1.Report', {
  input: v.object({ pages: v.array(v.string()) }),
  response: v.object({ urls: v.array(v.string()) }),
  notifications: { approval: v.object({ by: v.string() }) },
});
const START = { method: 't.v1.Report', input: struct({ pages: ['a', 'b'] }) };

describe('a step', () => {
  it('that returns a response ends the operation with it', async () => {
    const fake = fakeOrchestrator([operation(report).steps({ start: (op) => ({ urls: op.input.pages }) })]);
    const [event, ...more] = await fake.play(START);
    expect(event).toMatchObject({
      operation: 'operations/a',
      attempt: 1,
      worker: 'w1',
      succeeded: { response: struct({ urls: ['a', 'b'] }) },
    });
    expect(more).toEqual([]);
    expect(fake.heartbeats).toEqual(['operations/a#1']);
  });

  it('that spawns names its children by wait and place, and reads their results', async () => {
    const worker = operation(report).steps({
      start: (op) =>
        op.spawn(
          op.input.pages.map((one) => page({ page: one })),
          { then: 'collect' },
        ),
      collect: async (op) => ({ urls: (await op.children(page).responses()).map(({ url }) => url) }),
    });
    const fake = fakeOrchestrator([worker]);
    const [{ waiting }] = (await fake.play(START)) as [{ waiting: any }];
    expect(waiting).toMatchObject({
      policy: 'ALL_SUCCEEDED',
      timeout: '31536000s',
      resumePoint: 'collect',
      spawn: [
        { operationId: 'a.1.0', method: 't.v1.RenderPage', input: struct({ page: 'a' }) },
        { operationId: 'a.1.1' },
      ],
    });
    const results = children(waiting, [{ url: 'A' }, { url: 'B' }]);
    const [event] = await fake.play({ ...START, ...resumed(waiting, { children: results }) });
    expect(event).toMatchObject({ attempt: 2, succeeded: { response: struct({ urls: ['A', 'B'] }) } });
  });

  it('whose children fail continues at `catch`, and without `catch` fails with the error of the first failed child', async () => {
    const failed = { error: { code: 5, message: 'no such page' } };
    const spawn = (catches: object) =>
      operation(report).steps({
        start: (op) => op.spawn([page({ page: 'a' }), page({ page: 'b' })], { then: 'start', ...catches }),
        caught: (op) => ({
          urls: [op.failure?.reason ?? '', op.failure?.code ?? '', op.failure?.message ?? ''],
        }),
      });
    for (const [catches, expected] of [
      [{}, { failed: { error: { code: 5, message: 'operations/a.1.1 FAILED: no such page' } } }],
      [
        { catch: 'caught' },
        {
          succeeded: {
            response: struct({ urls: ['CHILDREN', 'NOT_FOUND', 'operations/a.1.1 FAILED: no such page'] }),
          },
        },
      ],
    ] as const) {
      const fake = fakeOrchestrator([spawn(catches)]);
      const [{ waiting }] = (await fake.play(START)) as [{ waiting: any }];
      const [event] = await fake.play({
        ...START,
        ...resumed(waiting, { children: children(waiting, [{ url: 'A' }, failed]) }),
      });
      expect(event).toMatchObject(expected);
    }
  });

  it('named by `then` does not run after a cancel or a deadline of the wait', async () => {
    const worker = operation(report).steps({
      start: (op) => op.waitFor('approval', { then: 'approved', timeout: '3d' }),
      approved: (op) => ({ urls: [op.notification('approval')?.by ?? 'nobody'] }),
    });
    const fake = fakeOrchestrator([worker]);
    const [{ waiting }] = (await fake.play(START)) as [{ waiting: any }];
    expect(waiting).toMatchObject({ notifications: ['approval'], timeout: '259200s' });
    const approval = { name: 'approval', payload: struct({ by: 'ann' }) };
    expect(
      await fake.play({
        ...START,
        ...resumed(waiting, { cause: 'NOTIFICATION', notifications: [approval] }),
      }),
    ).toMatchObject([{ succeeded: { response: struct({ urls: ['ann'] }) } }]);
    expect(
      await fake.play({ ...START, ...resumed(waiting, { attempt: '3', cause: 'CANCEL' }) }),
    ).toMatchObject([{ cancelled: {} }]);
    expect(
      await fake.play({ ...START, ...resumed(waiting, { attempt: '4', cause: 'DEADLINE' }) }),
    ).toMatchObject([{ failed: { error: { code: 4 } } }]);
  });

  it('continues with the next step in the same attempt, with its state saved and its tries counted from 1', async () => {
    const tries: number[] = [];
    const counted = operation(report, { state: state(v.object({ n: v.number() })), initial: { n: 0 } }).steps(
      {
        start: (op) => {
          tries.push(op.try);
          op.state.n = 7;
          return op.go('next');
        },
        next: (op) => {
          tries.push(op.try);
          return { urls: [String(op.state.n)] };
        },
      },
    );
    const fake = fakeOrchestrator([counted]);
    const events = await fake.play({ ...START, try: 3 });
    expect(events).toMatchObject([
      { checkpointed: { resumePoint: 'next' } },
      { succeeded: { response: struct({ urls: ['7'] }) } },
    ]);
    expect(events[1]?.sequence).toBe(events[0]?.sequence + 1);
    expect(tries).toEqual([3, 1]);
    // After a crash, START brings what was saved.
    const { checkpoint, resumePoint } = (events[0] as Event).checkpointed;
    const again = await fake.play({ ...START, attempt: '2', checkpoint, resumePoint });
    expect(again).toMatchObject([{ succeeded: { response: struct({ urls: ['7'] }) } }]);
  });

  it.each([0, 1, 2, 5])(
    'that spawns two children and tolerates %i failures names no more than there are children',
    async (many) => {
      const worker = operation(report).steps({
        start: (op) =>
          op.spawn([page({ page: 'a' }), page({ page: 'b' })], { then: 'end', toleratedFailures: many }),
        end: () => ({ urls: [] }),
      });
      const [waiting] = await fakeOrchestrator([worker]).play(START);
      expect(waiting).toMatchObject({ waiting: { toleratedFailures: Math.min(many, 2) } });
    },
  );

  it('that spawns nothing continues at once', async () => {
    const worker = operation(report).steps({
      start: (op) => op.spawn([], { then: 'collect' }),
      collect: async (op) => ({ urls: (await op.children(page).responses()).map(({ url }) => url) }),
    });
    const events = await fakeOrchestrator([worker]).play(START);
    expect(events).toMatchObject([
      { checkpointed: { resumePoint: 'collect' } },
      { succeeded: { response: struct({ urls: [] }) } },
    ]);
  });
});

describe('a step that throws', () => {
  const throwing = (error: () => Error, options = {}) =>
    operation(report, options).steps({
      start: () => {
        throw error();
      },
      undo: (op) => {
        throw op.failure;
      },
    });

  const retryInfo = (retryDelay: string) => ({
    '@type': 'type.googleapis.com/google.rpc.RetryInfo',
    retryDelay,
  });

  it.each([
    [
      'an OperationError with a code that may pass fails the attempt',
      new OperationError('UNAVAILABLE', 'busy'),
      { attemptFailed: { error: { code: 14, message: 'busy' } } },
    ],
    [
      'an OperationError with a delay fails the attempt, whatever its code',
      new OperationError('NOT_FOUND', 'not yet', { retry: '30s' }),
      { attemptFailed: { error: { code: 5 }, retryDelay: '30s' } },
    ],
    [
      'an OperationError with a delay of more than a day fails the attempt, with a delay of a day',
      new OperationError('UNAVAILABLE', 'not yet', { retry: '2d' }),
      { attemptFailed: { error: { code: 14 }, retryDelay: '86400s' } },
    ],
    [
      'an OperationError with a RetryInfo of more than a day fails the attempt, with a delay of a day',
      new OperationError('UNAVAILABLE', 'not yet', { details: [retryInfo('172800s')] }),
      { attemptFailed: { error: { code: 14, details: [retryInfo('172800s')] }, retryDelay: '86400s' } },
    ],
    [
      'an OperationError with a RetryInfo below zero fails the attempt, without a delay',
      new OperationError('UNAVAILABLE', 'now', { details: [retryInfo('-1s')] }),
      { attemptFailed: { error: { code: 14 }, retryDelay: '0s' } },
    ],
    [
      'an OperationError with another RetryInfo fails the attempt, and leaves the delay to the orchestrator',
      new OperationError('UNAVAILABLE', 'busy', { details: [retryInfo('7s')] }),
      { attemptFailed: { error: { code: 14, details: [retryInfo('7s')] } } },
    ],
    [
      'an OperationError with a final code fails the operation',
      new OperationError('NOT_FOUND', 'no'),
      { failed: { error: { code: 5 } } },
    ],
    [
      'an OperationError with `retry: false` fails the operation',
      new OperationError('UNAVAILABLE', 'gone', { retry: false }),
      { failed: { error: { code: 14 } } },
    ],
    [
      'the error of a client library fails the attempt with UNKNOWN, whatever its code',
      Object.assign(new Error('secret'), { code: 5 }),
      { attemptFailed: { error: { code: 2, message: 'step "start" failed' } } },
    ],
  ])('%s', async (_, error, expected) => {
    expect(await fakeOrchestrator([throwing(() => error)]).play(START)).toMatchObject([expected]);
  });

  it('shows callers the message of any error with `exposeErrors`', async () => {
    const fake = fakeOrchestrator([throwing(() => new Error('secret'))], { exposeErrors: true });
    expect(await fake.play(START)).toMatchObject([
      { attemptFailed: { error: { message: 'step "start" failed: secret' } } },
    ]);
  });

  it('a final error continues at the last resort, which ends the operation with that error', async () => {
    const fake = fakeOrchestrator([throwing(() => new OperationError('NOT_FOUND', 'no'), { catch: 'undo' })]);
    expect(await fake.play(START)).toMatchObject([
      { checkpointed: { resumePoint: 'undo' } },
      { failed: { error: { code: 5, message: 'no' } } },
    ]);
  });

  it('in the last try of the step continues at the last resort', async () => {
    const options = { catch: 'undo', steps: { start: { maxTries: 2 } } } as const;
    const fake = fakeOrchestrator([throwing(() => new OperationError('UNAVAILABLE', 'busy'), options)]);
    expect(await fake.play(START)).toMatchObject([{ attemptFailed: {} }]);
    expect(await fake.play({ ...START, attempt: '2', try: 2 })).toMatchObject([
      { checkpointed: { resumePoint: 'undo' } },
      { failed: { error: { code: 14 } } },
    ]);
    // The worker of the second try was killed.
    expect(await fake.play({ ...START, attempt: '3', try: 3 })).toMatchObject([
      { checkpointed: { resumePoint: 'undo' } },
      { failed: { error: { code: 14, message: 'step "start" was tried 2 times' } } },
    ]);
  });

  it('in the last resort is tried again, however often, in spite of the limits of the step', async () => {
    const worker = operation(report, { catch: 'undo', steps: { undo: { maxTries: 2 } } }).steps({
      start: () => ({ urls: [] }),
      undo: () => {
        throw new Error('not now');
      },
    });
    const last = { kind: 'RESUME', resumePoint: 'undo', cause: 'TRIES', error: { code: 14, message: 'x' } };
    expect(await fakeOrchestrator([worker]).play({ ...START, ...last, try: 99 })).toMatchObject([
      { attemptFailed: {} },
    ]);
  });
});

describe('a step that misuses `op`, or returns a wrong value', () => {
  const wrong = (start: (op: any) => unknown) => operation(report).steps({ start: start as never });
  it.each([
    ['returns nothing', () => undefined, /step "start" returned nothing: return a response/],
    [
      'does not return its transition',
      async (op: any) => void (await op.sleep('1s', { then: 'start' })),
      /write "return op.sleep/,
    ],
    [
      'makes two transitions',
      (op: any) => {
        op.go('start');
        return op.go('start');
      },
      /called op.go\(…\) after op.go\(…\)/,
    ],
    [
      'calls op after a transition, and hides that it was refused',
      (op: any) => {
        const next = op.go('start');
        try {
          op.key('x');
        } catch {}
        return next;
      },
      /called op.key\(…\) after op.go/,
    ],
    [
      'names a step that is not there',
      (op: any) => op.go('nowhere'),
      /"nowhere", which is not a step of this worker/,
    ],
    [
      'returns what is no JSON',
      () => ({ urls: [], at: new Date() }),
      /response of step "start".at: must be JSON, and is a Date/,
    ],
    ['returns what its schema refuses', () => ({ urls: [3] }), /response of step "start".urls\[0\]: /],
    ['returns done() where a response is defined', (op: any) => op.done(), /the operation has a response/],
  ])('%s: INTERNAL, with the step and what to write', async (_, start, message) => {
    const [event] = await fakeOrchestrator([wrong(start)]).play(START);
    expect(event?.attemptFailed.error).toMatchObject({ code: 13, message: expect.stringMatching(message) });
  });
});
