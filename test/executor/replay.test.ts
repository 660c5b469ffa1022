// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are expressions of workflow files.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { FileStore } from '../../executor/durable/file-store.ts';
import { type Execution, Executor, type ExecutorOptions, VirtualClock } from '../../executor/index.ts';
import { startWebServer } from './web-server.ts';

const START = Date.UTC(2026, 0, 1);
let folder: string;
let name: string;
/** The texts of `sys.log`. */
let logs: string[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'workflow-replay-'));
  logs = [];
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

function open(clock: VirtualClock, options: ExecutorOptions = {}): Executor {
  const onLog: ExecutorOptions['onLog'] = ({ data }) => logs.push(String(data));
  return new Executor({ clock, store: new FileStore(folder), onLog, ...options });
}

/** Runs a workflow for 10 seconds, and then ends the process. */
async function begin(source: string, meanwhile: (executor: Executor) => void = () => {}): Promise<void> {
  const clock = new VirtualClock({ auto: false });
  const executor = open(clock);
  executor.deploy('w', source);
  ({ name } = executor.createExecution('w'));
  await clock.advance(10_000);
  meanwhile(executor);
  await executor.close();
}

/** Continues 50 seconds after the start, in a new process. */
async function finish(): Promise<Execution | undefined> {
  const executor = open(new VirtualClock({ start: START + 50_000 }));
  const execution = await executor.execution(name)?.done;
  await executor.close();
  return execution;
}

const DEADLINE = `
- plan: {assign: [{until: "\${time.format(sys.now() + 100)}"}]}
- wait: {call: sys.sleep_until, args: {time: "\${until}"}}
- answer: {return: "\${until}"}
`;

it('a deadline that was computed before the first call is the same after a restart', async () => {
  await begin(DEADLINE);
  const execution = await finish();
  expect(execution).toMatchObject({
    result: '"2026-01-01T00:01:40.000000Z"',
    startTime: START,
    endTime: START + 100_000,
  });
});

it('a deadline that was computed after the last call that ended is the same after a restart', async () => {
  await begin(`- nap: {call: sys.sleep, args: {seconds: 5}}${DEADLINE}`);
  expect((await finish())?.result).toBe('"2026-01-01T00:01:45.000000Z"');
});

it('the replay of records without a start, as earlier releases wrote them, begins at the first call', async () => {
  await begin(DEADLINE);
  const [file = ''] = readdirSync(join(folder, 'executions'));
  const path = join(folder, 'executions', file);
  const lines = readFileSync(path, 'utf8').split('\n');
  writeFileSync(path, lines.filter((line) => !line.includes('"kind":"started"')).join('\n'));
  expect((await finish())?.result).toBe('"2026-01-01T00:01:40.000000Z"');
});

it('after the replay the time passes again, also where a branch still waits for what was under way', async () => {
  await begin(`
main:
  steps:
    - both:
        parallel:
          shared: [at]
          branches:
            - long: {steps: [{wait: {call: sys.sleep, args: {seconds: 100}}}]}
            - short:
                steps:
                  - wait2: {call: sys.sleep, args: {seconds: 60}}
                  - note: {assign: [{at: "\${sys.now()}"}]}
    - answer: {return: "\${at}"}
`);
  expect((await finish())?.result).toBe(`${(START + 60_000) / 1000}.0`);
});

it('an execution that has ended keeps its start and its usage over a restart', async () => {
  const queued = `- nap: {call: sys.sleep, args: {seconds: 5}}\n- answer: {return: 1}\n`;
  const clock = new VirtualClock();
  const executor = open(clock, { concurrentExecutions: 1 });
  executor.deploy('w', queued);
  const first = executor.createExecution('w');
  const second = executor.createExecution('w');
  await Promise.all([first.done, second.done]);
  await executor.close();
  const again = open(new VirtualClock({ start: START + 50_000 }));
  expect(again.execution(second.name)).toMatchObject({
    createTime: START,
    startTime: START + 5000,
    endTime: START + 10_000,
    steps: 2,
  });
  await again.close();
});

it('a request that came after a wait for it had timed out is there for the next wait, over a restart too', async () => {
  await begin(
    `
- make: {call: events.create_callback_endpoint, result: endpoint}
- tell: {call: sys.log, args: {text: "\${endpoint.url}"}}
- early:
    try: {call: events.await_callback, args: {callback: "\${endpoint}", timeout: 5}}
    except: {as: e, steps: [{note: {assign: [{late: true}]}}]}
- nap: {call: sys.sleep, args: {seconds: 60}}
- wait: {call: events.await_callback, args: {callback: "\${endpoint}", timeout: 100}, result: request}
- answer: {return: "\${request.http_request.body}"}
`,
    (executor) => {
      const request = new Map([['http_request', new Map([['body', 'yes']])]]);
      executor.callbacks.deliver(new URL(logs[0] ?? '').pathname, 'POST', request);
    },
  );
  expect((await finish())?.result).toBe('"yes"');
});

it('an outcome with a number or a key that JSON does not carry is the same with a store, and after a restart', async () => {
  const server = await startWebServer((_request, response) => {
    response
      .setHeader('content-type', 'application/json')
      .end(String.raw`{"n": 1e999, "\u0000bytes": "aGk="}`);
  });
  const executor = new Executor({
    store: new FileStore(folder),
    onLog: ({ data }) => logs.push(String(data)),
  });
  executor.deploy(
    'w',
    `
- get: {call: http.get, args: {url: "${server.url}"}, result: r}
- tell: {call: sys.log, args: {text: told}}
- nap: {call: sys.sleep, args: {seconds: 100}}
- answer: {return: ["\${r.body.n > 1e300}", "\${keys(r.body)}"]}
`,
  );
  ({ name } = executor.createExecution('w'));
  await expect.poll(() => logs).toEqual(['told']);
  await executor.close();
  await server.close();
  expect((await finish())?.result).toBe(String.raw`[true,["n","\u0000bytes"]]`);
});

it('the time that the workflow saw after the last outcome is the same after a restart', async () => {
  await begin(`
- init: {assign: [{at: 0}]}
- all:
    parallel:
      shared: [at]
      branches:
        - short: {steps: [{nap: {call: sys.sleep, args: {seconds: 4}}}, {note: {assign: [{at: "\${sys.now()}"}]}}]}
        - long: {steps: [{sleep: {call: sys.sleep, args: {seconds: 20}}}]}
- answer: {return: "\${at}"}
`);
  expect((await finish())?.result).toBe(`${START / 1000 + 4}.0`);
});

it('the answer to a call that is made again comes after all that had ended before', async () => {
  let hangs = true;
  const server = await startWebServer((_request, response) => {
    if (!hangs) response.end();
  });
  const source = `
main:
  steps:
    - init: {assign: [{answered: false}, {late: 0}]}
    - all:
        parallel:
          shared: [answered, late]
          branches:
            - call:
                steps:
                  - get: {call: http.get, args: {url: "${server.url}"}}
                  - note: {assign: [{answered: true}]}
            - count:
                steps:
                  - loop:
                      for:
                        value: v
                        range: [1, 10000]
                        steps:
                          - tell: {call: sys.log, args: {text: "\${v}"}}
                          - see: {assign: [{late: "\${late + if(answered, 1, 0)}"}]}
                  - nap: {call: sys.sleep, args: {seconds: 0.1}}
    - answer: {return: "\${late}"}
`;
  const onLog: ExecutorOptions['onLog'] = ({ data }) => logs.push(String(data));
  const first = new Executor({ store: new FileStore(folder), onLog });
  first.deploy('w', source);
  ({ name } = first.createExecution('w'));
  await expect.poll(() => logs.length).toBe(10_000);
  await first.close();
  hangs = false;
  const second = new Executor({ store: new FileStore(folder), onLog });
  expect((await second.execution(name)?.done)?.result).toBe('0');
  await second.close();
  await server.close();
});

it('an executor closes in the middle of a replay, where branches wait for the outcomes of each other', async () => {
  const branch = (id: string, seconds: number) =>
    `{${id}: {steps: [{loop_${id}: {for: {value: v, range: [1, 9], steps: [{nap: {call: sys.sleep, args: {seconds: ${seconds}}}}]}}}]}}`;
  await begin(`
- all: {parallel: {branches: [${branch('a', 1)}, ${branch('b', 3)}]}}
- nap: {call: sys.sleep, args: {seconds: 60}}
`);
  let steps = 0;
  let closed: Promise<void> | undefined;
  const executor = open(new VirtualClock({ auto: false }), {
    onStep: () => {
      if (++steps === 10) closed = executor.close();
    },
  });
  await expect.poll(() => steps).toBeGreaterThanOrEqual(10);
  await closed;
  expect((await finish())?.state).toBe('SUCCEEDED');
});
