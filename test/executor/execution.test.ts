import { describe, expect, it } from 'vitest';
import { Executor, VirtualClock } from '../../executor/index.ts';
import { errorOf, resultOf, runWorkflow } from './run.ts';

describe('the report of a failed execution, "Access workflow execution results"', () => {
  const SOURCE = `
main:
  steps:
    - outer:
        call: middle
middle:
  steps:
    - group:
        steps:
          - inner:
              assign: [{x: "\${fail(1)}"}]
fail:
  params: [n]
  steps:
    - boom:
        raise: {message: no luck, code: 7}
`;

  it('has the payload, a context with a line for each call, and the stack trace', async () => {
    const { error } = await runWorkflow(SOURCE);
    expect(error?.payload).toBe('{"message":"no luck","code":7}');
    expect(error?.context).toBe(
      [
        'no luck',
        'in step "boom", routine "fail", line: 15',
        'in step "inner", routine "middle", line: 10',
        'in step "outer", routine "main", line: 4',
      ].join('\n'),
    );
    expect(error?.stackTrace[0]).toEqual({ step: 'boom', routine: 'fail', line: 15, column: 7 });
  });

  it('has a raised string as its payload', async () => {
    const { error } = await runWorkflow('- a:\n    raise: text\n');
    expect(error).toMatchObject({
      payload: '"text"',
      context: 'RuntimeError: "text"\nin step "a", routine "main", line: 1',
    });
  });

  it('has the whole raised map in the context, if it has no message (uncertain)', async () => {
    const { error } = await runWorkflow('- a:\n    raise: {code: 7}\n');
    expect(error?.context).toBe('RuntimeError: {"code":7}\nin step "a", routine "main", line: 1');
  });
});

describe('the count of steps, "Best practices, optimize usage"', () => {
  it.each([
    ['an assign and a return', '- a:\n    assign: [{x: 1}]\n- b:\n    return: 1\n', 2],
    [
      'a try around one call',
      '- a:\n    try:\n      call: sys.log\n      args: {text: a}\n    except:\n      as: e\n',
      3,
    ],
    ['a jump', '- a:\n    next: b\n- b:\n    next: end\n', 2],
    ['a switch with a jump', '- a:\n    switch:\n      - condition: true\n        next: end\n', 2],
    [
      'a loop of three',
      '- a:\n    for:\n      value: v\n      in: [1, 2, 3]\n      steps:\n        - b:\n            assign: [{x: 1}]\n',
      7,
    ],
    ['steps around a step', '- a:\n    steps:\n      - b:\n          assign: [{x: 1}]\n', 1],
    [
      'two parallel iterations',
      '- a:\n    parallel:\n      for:\n        value: v\n        in: [1, 2]\n        steps:\n          - b:\n              assign: [{x: 1}]\n',
      5,
    ],
  ])('%s', async (_name, source, steps) => {
    expect((await runWorkflow(source)).steps).toBe(steps);
  });
});

describe('the history, "View history of execution steps"', () => {
  it('has every step with its type, state, times and parent', async () => {
    const { history } = await runWorkflow(`
main:
  steps:
    - wait:
        call: sys.sleep
        args: {seconds: 60}
    - both:
        parallel:
          branches:
            - good:
                steps:
                  - set:
                      assign: [{x: 1}]
            - bad:
                steps:
                  - fail:
                      raise: "e"
`);
    expect(history.map(({ id }) => id)).toEqual([1, 2, 3, 4, 5, 6]);
    const stepOf = new Map<number | undefined, string>(history.map(({ id, step }) => [id, step]));
    const rows = history.map(({ parent, step, type, state }) => [step, stepOf.get(parent), type, state]);
    // The branches may take turns after each step.
    expect(new Set(rows)).toEqual(
      new Set([
        ['wait', undefined, 'STEP_STD_LIB_CALL', 'STATE_SUCCEEDED'],
        ['both', undefined, 'STEP_PARALLEL_BRANCH', 'STATE_FAILED'],
        ['good', 'both', 'STEP_PARALLEL_BRANCH_ENTRY', 'STATE_SUCCEEDED'],
        ['set', 'good', 'STEP_ASSIGN', 'STATE_SUCCEEDED'],
        ['bad', 'both', 'STEP_PARALLEL_BRANCH_ENTRY', 'STATE_FAILED'],
        ['fail', 'bad', 'STEP_RAISE', 'STATE_FAILED'],
      ]),
    );
    const [wait] = history;
    expect((wait?.updateTime ?? 0) - (wait?.createTime ?? 0)).toBe(60_000);
  });
});

describe('experimental.executions.run', () => {
  const PARENT = `
main:
  params: [args]
  steps:
    - other:
        try:
          call: experimental.executions.run
          args: {workflow_id: "\${args.id}", argument: "\${args.argument}"}
          result: answer
        except:
          as: e
          steps:
            - failed:
                return: ["\${e.tags[0]}", "\${map.get(e, ["error", "payload"])}"]
    - back:
        return: \${answer}
`;

  async function run(argument: unknown) {
    const executor = new Executor({ clock: new VirtualClock() });
    executor.deploy('parent', PARENT.replace('["error", "payload"]', "['error', 'payload']"));
    executor.deploy('child', `main:\n  params: [x]\n  steps:\n    - r:\n        return: \${10 / x}\n`);
    try {
      return (await executor.run('parent', { argument: JSON.stringify(argument) })).result;
    } finally {
      await executor.close();
    }
  }

  it('gives the result of the other workflow', async () => {
    expect(await run({ id: 'child', argument: 4 })).toBe('2.5');
  });

  it('raises an ExecutionError when it fails, or does not exist', async () => {
    expect(await run({ id: 'child', argument: 0 })).toMatch(/^\["ExecutionError",".*ZeroDivisionError/);
    expect(await run({ id: 'nobody', argument: 0 })).toBe('["ExecutionError",null]');
  });
});

it('experimental.executions.run waits for 30 minutes at most', async () => {
  const executor = new Executor({ clock: new VirtualClock() });
  executor.deploy('slow', '- a:\n    call: sys.sleep\n    args: {seconds: 1801}\n');
  executor.deploy('parent', '- a:\n    call: experimental.executions.run\n    args: {workflow_id: slow}\n');
  expect((await executor.run('parent')).error?.payload).toContain('TimeoutError');
  await executor.close();
});

describe('what an executor keeps', () => {
  it('lists executions by workflow, state and labels, the newest first', async () => {
    const executor = new Executor({ clock: new VirtualClock({ auto: false }) });
    executor.deploy('quick', '- a:\n    return: 1\n', { labels: { team: 'x' } });
    executor.deploy('slow', '- a:\n    call: sys.sleep\n    args: {seconds: 60}\n');
    const first = await executor.run('quick', { labels: { n: '1' } });
    const second = await executor.run('quick', { labels: { n: '2' } });
    const slow = executor.createExecution('slow');
    expect(executor.executions({ workflowId: 'quick' })).toEqual([second, first]);
    expect(executor.executions({ labels: { n: '1', team: 'x' } })).toEqual([first]);
    expect(executor.executions({ state: 'ACTIVE' })).toEqual([slow]);
    expect(executor.execution(slow.name)).toBe(slow);
    await executor.close();
    expect(slow.state).toBe('CANCELLED');
    expect(() => executor.createExecution('quick')).toThrow('closed');
  });

  it('leaves an execution that has ended as it is when it is cancelled (uncertain)', async () => {
    const executor = new Executor();
    executor.deploy('quick', '- a:\n    return: 1\n');
    const execution = await executor.run('quick');
    expect(executor.cancel(execution.name)?.state).toBe('SUCCEEDED');
    expect(executor.cancel('nobody')).toBeUndefined();
    await executor.close();
  });

  it('gives a workflow its own and the built-in environment', async () => {
    const executor = new Executor({ env: { SHARED: 's', OWN: 'overridden' }, project: 'p1', location: 'l1' });
    const names = ['SHARED', 'OWN', 'GOOGLE_CLOUD_PROJECT_ID', 'GOOGLE_CLOUD_LOCATION'];
    const list = names.map((name) => `"\${sys.get_env('${name}')}"`).join(', ');
    executor.deploy('env', `- a:\n    return: [${list}]\n`, { env: { OWN: 'o' } });
    expect((await executor.run('env')).result).toBe('["s","o","p1","l1"]');
    await executor.close();
  });
});

describe('logs, "Function: sys.log"', () => {
  it('maps go as they are, other values and `text` as text', async () => {
    const logged: unknown[] = [];
    const source = `
- map:
    call: sys.log
    args: {data: {a: 1}}
- json:
    call: sys.log
    args: {json: {b: 2}, severity: ERROR}
- text:
    call: sys.log
    args: {text: {c: 3}}
- list:
    call: sys.log
    args: [[4], INFO]
`;
    await runWorkflow(source, undefined, { onLog: (entry) => logged.push(entry) });
    expect(logged).toEqual([
      { severity: 'DEFAULT', data: new Map([['a', 1n]]) },
      { severity: 'ERROR', data: new Map([['b', 2n]]) },
      { severity: 'DEFAULT', data: '{"c":3}' },
      { severity: 'INFO', data: '[4]' },
    ]);
  });
});

describe('limits, "Quotas and limits"', () => {
  it('memory: all variables together', async () => {
    const source = `
- init:
    assign: [{s: "0123456789abcdef"}, {l: []}]
- grow:
    assign:
      - s: \${s + s}
      - l: \${list.concat(l, s)}
- again:
    next: grow
`;
    expect(await errorOf(source)).toMatchObject({ tags: ['ResourceLimitError'] });
  });

  it('memory that a loop, a call or an except had is given back', async () => {
    const big = `"\${text.replace_all_regex(x, '.', '0123456789')}"`;
    const source = `
main:
  steps:
    - init:
        assign: [{x: "${'x'.repeat(9000)}"}]
    - loop:
        for:
          value: v
          range: [1, 20]
          steps:
            - set:
                assign: [{big: ${big}}]
            - call:
                call: sub
                args: {x: "\${x}"}
            - attempt:
                try:
                  raise: \${big}
                except:
                  as: e
                  steps:
                    - copy:
                        assign: [{y: "\${e + e}"}]
    - done:
        return: "ok"
sub:
  params: [x]
  steps:
    - set:
        assign: [{big: ${big}}]
`;
    expect(await resultOf(source)).toBe('ok');
  });

  it('a string of more than 256 KB', async () => {
    const source = `
- init:
    assign: [{s: "0123456789abcdef"}]
- grow:
    assign: [{s: "\${s + s}"}]
    next: grow
`;
    expect(await errorOf(source)).toMatchObject({
      message: expect.stringContaining('string has 524288 bytes'),
    });
  });

  it('the duration of an execution: a year', async () => {
    const source = `
- nap:
    call: sys.sleep
    args: {seconds: 31536000}
- again:
    call: sys.sleep
    args: {seconds: 1}
- answer:
    return: "too late"
`;
    expect(await errorOf(source)).toMatchObject({ tags: ['ResourceLimitError'] });
  });

  it('executions at once: 10,000, the others are queued in their order', async () => {
    const clock = new VirtualClock({ auto: false });
    const executor = new Executor({ clock });
    executor.deploy('nap', '- nap:\n    call: sys.sleep\n    args: {seconds: 60}\n');
    const all = Array.from({ length: 10_002 }, () => executor.createExecution('nap'));
    expect(all.slice(9_999).map(({ state }) => state)).toEqual(['ACTIVE', 'QUEUED', 'QUEUED']);
    executor.cancel(all[10_001]?.name ?? '');
    executor.cancel(all[0]?.name ?? '');
    await all[0]?.done;
    expect(all.slice(9_999).map(({ state }) => state)).toEqual(['ACTIVE', 'ACTIVE', 'CANCELLED']);
    await executor.close();
  });

  it('a smaller quota: executions above it wait, above the backlog they are refused', async () => {
    const clock = new VirtualClock({ auto: false });
    const executor = new Executor({ clock, concurrentExecutions: 2, backlog: 1 });
    executor.deploy('nap', '- nap:\n    call: sys.sleep\n    args: {seconds: 60}\n');
    const all = Array.from({ length: 3 }, () => executor.createExecution('nap'));
    expect(all.map(({ state }) => state)).toEqual(['ACTIVE', 'ACTIVE', 'QUEUED']);
    expect(() => executor.createExecution('nap')).toThrowError(
      expect.objectContaining({ status: 'RESOURCE_EXHAUSTED' }),
    );
    await clock.advance(60_000);
    expect(all[2]?.state).toBe('ACTIVE');
    await executor.close();
  });

  it('a request that does not wait in the backlog is refused above the quota', async () => {
    const executor = new Executor({ clock: new VirtualClock({ auto: false }), concurrentExecutions: 1 });
    executor.deploy('nap', '- nap:\n    call: sys.sleep\n    args: {seconds: 60}\n');
    executor.createExecution('nap', { disableConcurrencyQuotaOverflowBuffering: true });
    expect(() =>
      executor.createExecution('nap', { disableConcurrencyQuotaOverflowBuffering: true }),
    ).toThrowError(expect.objectContaining({ status: 'RESOURCE_EXHAUSTED' }));
    await executor.close();
  });

  it('one sleep: a year', async () => {
    const source = '- nap:\n    call: sys.sleep\n    args: {seconds: 31536001}\n';
    expect(await errorOf(source)).toMatchObject({ tags: ['ValueError'] });
  });
});
