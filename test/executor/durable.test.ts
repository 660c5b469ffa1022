// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are expressions of workflow files.
import { appendFileSync, readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileStore } from '../../executor/durable/file-store.ts';
import { Executor, type ExecutorOptions, VirtualClock } from '../../executor/index.ts';
import { NAP } from './nap.ts';
import { sendJson, startWebServer } from './web-server.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'workflow-data-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

/** An executor on the folder, with a clock that stands still. */
function open(options: ExecutorOptions = {}) {
  const clock = new VirtualClock({ auto: false });
  const executor = new Executor({ clock, store: new FileStore(folder), ...options });
  return { clock: (options.clock as VirtualClock | undefined) ?? clock, executor };
}

describe('executions with a store', () => {
  it('continue after a restart: a sleep ends at its time, and completed calls are not repeated', async () => {
    const start = Date.UTC(2026, 0, 1);
    const logs: string[] = [];
    const onLog: ExecutorOptions['onLog'] = ({ data }) => logs.push(String(data));
    const first = open({ onLog });
    first.executor.deploy('nap', NAP);
    const { name } = first.executor.createExecution('nap', { argument: '7', labels: { a: 'b' } });
    await first.clock.advance(40_000);
    await first.executor.close();

    const second = open({ onLog, clock: new VirtualClock({ auto: false, start: start + 70_000 }) });
    const execution = second.executor.execution(name);
    expect(execution).toMatchObject({ state: 'ACTIVE', labels: { a: 'b' }, createTime: start });
    await second.clock.advance(29_000);
    expect(execution?.state).toBe('ACTIVE');
    await second.clock.advance(1000);
    await execution?.done;
    expect(JSON.parse(execution?.result ?? '{}')).toMatchObject({ n: 7 });
    expect(logs).toEqual(['before']);
    await second.executor.close();

    const third = open();
    expect(third.executor.execution(name)).toMatchObject({ state: 'SUCCEEDED', result: execution?.result });
    await third.executor.close();
  });

  it('give the same UUIDs again', async () => {
    const source = NAP.replace('{text: "before"}', '{text: "${id}"}');
    const logs: string[] = [];
    const first = open({ onLog: ({ data }) => logs.push(String(data)) });
    first.executor.deploy('nap', source);
    const { name } = first.executor.createExecution('nap');
    await first.clock.advance(1000);
    await first.executor.close();
    const second = open({ clock: new VirtualClock() });
    const execution = await second.executor.execution(name)?.done;
    expect(JSON.parse(execution?.result ?? '{}').id).toBe(logs[0]);
    await second.executor.close();
  });

  it('run the revision that they began with', async () => {
    const first = open();
    first.executor.deploy('nap', NAP);
    const { name } = first.executor.createExecution('nap', { argument: '1' });
    first.executor.deploy('nap', '- a: {return: new}\n');
    await first.clock.advance(1000);
    await first.executor.close();
    const second = open({ clock: new VirtualClock() });
    expect((await second.executor.execution(name)?.done)?.result).toContain('"n":1');
    expect((await second.executor.run('nap')).result).toBe('"new"');
    await second.executor.close();
  });

  it('make a call again that was under way, and no call that had ended, in parallel branches too', async () => {
    let broken = true;
    const server = await startWebServer(({ url }, response) => {
      if (url === '/2' && broken) return;
      sendJson(response, 200, Number(url.slice(1)));
    });
    const source = `
main:
  steps:
    - init:
        assign: [{sum: 0}, {order: []}]
    - all:
        parallel:
          shared: [sum, order]
          for:
            value: v
            range: [1, 4]
            steps:
              - get:
                  call: http.get
                  args: {url: '\${"${server.url}/" + v}'}
                  result: r
              - add:
                  assign: [{sum: "\${sum + r.body}"}, {order: "\${list.concat(order, r.body)}"}]
    - answer:
        return: {sum: "\${sum}", count: "\${len(order)}"}
`;
    const first = new Executor({ store: new FileStore(folder) });
    first.deploy('sum', source);
    const { name } = first.createExecution('sum');
    const lines = () => readdirSync(join(folder, 'executions')).length;
    await expect.poll(() => server.requests.length).toBe(4);
    await expect.poll(lines).toBe(1);
    await expect
      .poll(() => first.execution(name)?.history.filter(({ step }) => step === 'add').length)
      .toBe(3);
    await first.close();
    broken = false;
    const second = new Executor({ store: new FileStore(folder) });
    const execution = await second.execution(name)?.done;
    expect(JSON.parse(execution?.result ?? 'null')).toEqual({ sum: 10, count: 4 });
    expect(server.requests.map(({ url }) => url).toSorted()).toEqual(['/1', '/2', '/2', '/3', '/4']);
    await second.close();
    await server.close();
  });

  it('find the executions again that they started', async () => {
    const parent =
      '- run:\n    call: experimental.executions.run\n    args: {workflow_id: nap, argument: 5}\n    result: r\n- answer:\n    return: ${r.n}\n';
    const first = open();
    first.executor.deploy('nap', NAP);
    first.executor.deploy('parent', parent);
    const { name } = first.executor.createExecution('parent');
    await first.clock.advance(1000);
    await first.executor.close();
    const second = open({ clock: new VirtualClock() });
    expect((await second.executor.execution(name)?.done)?.result).toBe('5');
    expect(second.executor.executions()).toHaveLength(2);
    await second.executor.close();
  });

  it('get callbacks that came to an earlier process and were not awaited yet', async () => {
    const source = `
- make: {call: events.create_callback_endpoint, result: endpoint}
- tell: {call: sys.log, args: {text: "\${endpoint.url}"}}
- nap: {call: sys.sleep, args: {seconds: 50}}
- wait: {call: events.await_callback, args: {callback: "\${endpoint}", timeout: 100}, result: request}
- answer: {return: "\${request.http_request.body}"}
`;
    const urls: string[] = [];
    const first = open({ onLog: ({ data }) => urls.push(String(data)) });
    first.executor.deploy('wait', source);
    const { name } = first.executor.createExecution('wait');
    await first.clock.advance(1000);
    const path = new URL(urls[0] ?? '').pathname;
    const request = new Map([['http_request', new Map([['body', 'yes']])]]);
    expect(first.executor.callbacks.deliver(path, 'POST', request)).toBe('delivered');
    await first.executor.close();
    const second = open({ clock: new VirtualClock() });
    expect(second.executor.callbacks.deliver(path, 'POST', request)).toBe('not restored');
    const [another] = path.split('/callbacks/');
    expect(second.executor.callbacks.deliver(`${another}x/callbacks/1`, 'POST', request)).toBe(
      'unknown endpoint',
    );
    expect((await second.executor.execution(name)?.done)?.result).toBe('"yes"');
    expect(second.executor.callbacks.deliver(path, 'POST', request)).toBe('unknown endpoint');
    await second.executor.close();
  });

  it('are read to the last whole line of their file, and continue it there', async () => {
    const first = open();
    first.executor.deploy('nap', NAP);
    const { name } = first.executor.createExecution('nap', { argument: '1' });
    await first.clock.advance(1000);
    await first.executor.close();
    const [file = ''] = readdirSync(join(folder, 'executions'));
    appendFileSync(join(folder, 'executions', file), '{"kind":"ended","end":{"sta');
    const second = open({ clock: new VirtualClock() });
    expect((await second.executor.execution(name)?.done)?.state).toBe('SUCCEEDED');
    await second.executor.close();
    const third = open();
    expect(third.executor.execution(name)?.state).toBe('SUCCEEDED');
    await third.executor.close();
  });
});

it('an execution whose end cannot be stored ends all the same, with a warning', async () => {
  const full = () => {
    throw new Error('the disk is full');
  };
  const store = new FileStore(folder);
  const failing = Object.assign(store, {
    create: () => ({ started() {}, begin() {}, end() {}, callback() {}, ended: full }),
  });
  const warned = new Promise<Error>((resolve) => process.once('warning', resolve));
  const executor = new Executor({ clock: new VirtualClock(), store: failing });
  executor.deploy('nap', NAP);
  expect((await executor.run('nap', { argument: '1' })).state).toBe('SUCCEEDED');
  expect((await warned).message).toMatch(/the end of .* is not kept: the disk is full/);
  await executor.close();
});
