import { describe, expect, it } from 'vitest';
import { Executor, VirtualClock } from '../../executor/index.ts';
import { resultOf, runWorkflow } from './run.ts';
import { sendJson, startWebServer } from './web-server.ts';

describe('parallel steps under load', () => {
  it('runs 100 HTTP iterations, never more than 20 at a time, and loses no update of a shared variable', async () => {
    const waiting: (() => void)[] = [];
    const server = await startWebServer(async ({ url }, response) => {
      // Answers come in batches, in reverse order, so that the iterations interleave.
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
        if (waiting.length === 20) for (const release of waiting.splice(0).reverse()) release();
      });
      sendJson(response, 200, { value: Number(url.slice(1)) });
    });
    const execution = await runWorkflow(
      `
main:
  params: [server]
  steps:
    - init:
        assign: [{total: 0}, {seen: []}]
    - all:
        parallel:
          shared: [total, seen]
          for:
            value: v
            range: [1, 100]
            steps:
              - fetch:
                  call: http.get
                  args:
                    url: \${server + "/" + v}
                  result: response
              - keep:
                  assign:
                    - total: \${total + response.body.value}
                    - seen: \${list.concat(seen, v)}
    - answer:
        return: {total: "\${total}", seen: "\${len(seen)}"}
`,
      JSON.stringify(server.url),
    );
    await server.close();
    expect(execution.error?.context).toBeUndefined();
    expect(execution.result).toBe('{"total":5050,"seen":100}');
    expect(execution.httpCalls).toBe(100);
    expect(server.peak()).toBe(20);
  });

  it('never lets another iteration in between the reads and the store of one assign', async () => {
    const result = await resultOf(`
main:
  steps:
    - init:
        assign: [{n: 0}]
    - all:
        parallel:
          shared: [n]
          for:
            value: v
            range: [1, 100]
            steps:
              - add:
                  assign: [{n: "\${n + slow(v) - v + 1}"}]
    - answer:
        return: \${n}
slow:
  params: [v]
  steps:
    - wait:
        call: sys.sleep
        args: {seconds: "\${v % 5}"}
    - back:
        return: \${v}
`);
    expect(result).toBe(100);
  });

  it('an iteration that raises does not disturb those that sleep', async () => {
    const clock = new VirtualClock();
    const execution = await runWorkflow(
      `
- init:
    assign: [{done: 0}, {start: "\${sys.now()}"}]
- attempt:
    try:
      steps:
        - all:
            parallel:
              shared: [done]
              for:
                value: v
                range: [1, 10]
                steps:
                  - early:
                      switch:
                        - condition: \${v % 5 == 0}
                          raise: \${"number " + v}
                  - nap:
                      call: sys.sleep
                      args: {seconds: 86400}
                  - count:
                      assign: [{done: "\${done + 1}"}]
    except:
      as: e
      steps:
        - answer:
            return: ["\${done}", "\${len(e.branches)}", "\${e.branches[1].error.payload}", "\${sys.now() - start}"]
`,
      undefined,
      { clock },
    );
    expect(execution.result).toBe('[8,2,"\\"number 10\\"",86400.0]');
  });

  it('a limit in one iteration ends those that sleep', async () => {
    const execution = await runWorkflow(`
- all:
    parallel:
      for:
        value: v
        in: [1, 2]
        steps:
          - choose:
              switch:
                - condition: \${v == 1}
                  next: nap
          - spin:
              next: spin
          - nap:
              call: sys.sleep
              args: {seconds: 86400}
`);
    expect(execution.error?.payload).toContain('ResourceLimitError');
  });

  it('cancelling ends every iteration and frees every timer', async () => {
    const clock = new VirtualClock({ auto: false });
    const executor = new Executor({ clock });
    executor.deploy(
      'sleepers',
      `
- all:
    parallel:
      for:
        value: v
        range: [1, 50]
        steps:
          - nap:
              call: sys.sleep
              args: {seconds: 86400}
`,
    );
    const execution = executor.createExecution('sleepers');
    await clock.advance(1000);
    expect(clock.pending).toBe(20);
    executor.cancel(execution.name);
    await execution.stopped();
    expect(execution.state).toBe('CANCELLED');
    expect(clock.pending).toBe(0);
    await executor.close();
  });

  it('runs executions side by side, each with its own variables', async () => {
    const executor = new Executor({ clock: new VirtualClock() });
    executor.deploy(
      'double',
      `
main:
  params: [x]
  steps:
    - keep:
        assign: [{y: "\${x}"}]
    - nap:
        call: sys.sleep
        args: {seconds: "\${x % 10}"}
    - answer:
        return: \${y * 2}
`,
    );
    const runs = await Promise.all(
      Array.from({ length: 200 }, (_, x) => executor.run('double', { argument: String(x) })),
    );
    expect(runs.map(({ result }) => Number(result))).toEqual(Array.from({ length: 200 }, (_, x) => x * 2));
    await executor.close();
  });
});
