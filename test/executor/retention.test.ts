// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are expressions of workflow files.
import { readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileStore } from '../../executor/durable/file-store.ts';
import { Executor, VirtualClock } from '../../executor/index.ts';

const DAY_MS = 24 * 3600 * 1000;
const START = Date.UTC(2026, 0, 1);
const ECHO = 'main:\n  params: [x]\n  steps:\n    - answer: {return: "${x}"}\n';
const YEAR = '- nap: {call: sys.sleep, args: {seconds: 31536000}}\n';
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'workflow-retention-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

/** An executor on the folder, whose clock stands at a day after the start. */
function open({ day = 0, store = new FileStore(folder) } = {}) {
  const clock = new VirtualClock({ auto: false, start: START + day * DAY_MS });
  const executor = new Executor({ clock, store });
  if (executor.workflow('echo') === undefined) executor.deploy('echo', ECHO);
  return { clock, executor };
}

const files = () => readdirSync(join(folder, 'executions'));

// https://cloud.google.com/workflows/quotas: completed executions are retained for 90 days.
describe('an execution that has ended', () => {
  it('is found for 90 days after its end, by get and by list, and then by neither, and its file is gone', async () => {
    const { clock, executor } = open();
    const { name } = await executor.run('echo', { argument: '1' });
    await clock.advance(90 * DAY_MS - 1);
    expect(executor.execution(name)?.result).toBe('1');
    expect(executor.executions()).toHaveLength(1);
    expect(files()).toHaveLength(1);
    await clock.advance(1);
    expect(executor.execution(name)).toBeUndefined();
    expect(executor.executions()).toEqual([]);
    expect(files()).toEqual([]);
    await executor.close();
  });

  it('is not found at a start more than 90 days later, and its file is gone', async () => {
    const first = open();
    const { name } = await first.executor.run('echo', { argument: '1' });
    await first.executor.close();
    const second = open({ day: 89 });
    expect(second.executor.execution(name)?.result).toBe('1');
    await second.executor.close();
    const third = open({ day: 90 });
    expect(third.executor.execution(name)).toBeUndefined();
    expect(files()).toEqual([]);
    await third.executor.close();
  });

  it('counts from its end, not from its creation: a sleep of a year goes on', async () => {
    const { clock, executor } = open();
    executor.deploy('year', YEAR);
    const { name } = executor.createExecution('year');
    await clock.advance(365 * DAY_MS);
    expect(executor.execution(name)?.state).toBe('SUCCEEDED');
    await clock.advance(89 * DAY_MS);
    expect(executor.executions()).toHaveLength(1);
    await clock.advance(DAY_MS);
    expect(executor.executions()).toEqual([]);
    await executor.close();
  });

  it('is not found again where the process ended before its file was deleted; the next start deletes it', async () => {
    const store = new FileStore(folder);
    const failing = Object.assign(store, {
      deleteExecution: () => {
        throw new Error('not now');
      },
    });
    const warned = new Promise<Error>((resolve) => process.once('warning', resolve));
    const first = open({ store: failing });
    const { name } = await first.executor.run('echo', { argument: '1' });
    await first.clock.advance(90 * DAY_MS);
    expect(first.executor.execution(name)).toBeUndefined();
    expect((await warned).message).toContain('not now');
    expect(files()).toHaveLength(1);
    await first.executor.close();
    const second = open({ day: 91 });
    expect(second.executor.execution(name)).toBeUndefined();
    expect(files()).toEqual([]);
    await second.executor.close();
  });

  it('keeps its result however many end after it, in this process and in the next one', async () => {
    const first = open();
    const all = Array.from({ length: 1_050 }, (_, n) => first.executor.run('echo', { argument: `${n}` }));
    const [oldest, next] = await Promise.all(all);
    const check = (executor: Executor) => {
      expect(executor.executions()).toHaveLength(1_050);
      expect(executor.execution(oldest?.name ?? '')).toMatchObject({
        state: 'SUCCEEDED',
        argument: '0',
        result: '0',
      });
      expect(executor.execution(next?.name ?? '')?.result).toBe('1');
    };
    check(first.executor);
    expect(oldest?.history).toEqual([]);
    expect(oldest?.steps).toBe(1);
    await first.executor.close();
    const second = open({ day: 1 });
    check(second.executor);
    await second.executor.close();
  });
});

it('without a folder, an execution that ends is kept, however many still run', async () => {
  const executor = new Executor({ clock: new VirtualClock({ auto: false }) });
  executor.deploy('echo', ECHO);
  executor.deploy('year', YEAR);
  for (let count = 0; count < 1_100; count++) executor.createExecution('year');
  const { name } = await executor.run('echo', { argument: '1' });
  await new Promise((resolve) => setImmediate(resolve));
  expect(executor.execution(name)?.result).toBe('1');
  await executor.close();
});

// REST `workflows.delete`: "This method also cancels and deletes all running executions of the workflow."
it('a deleted workflow takes its running executions with it, and leaves those that have ended', async () => {
  const { executor } = open();
  executor.deploy('year', YEAR);
  const { name: running } = executor.createExecution('year');
  const { name: other } = await executor.run('echo', { argument: '1' });
  expect(executor.deleteWorkflow('year')).toBe(true);
  expect(executor.deleteWorkflow('echo')).toBe(true);
  expect(executor.execution(running)).toBeUndefined();
  await expect.poll(files).toHaveLength(1);
  expect(executor.execution(other)?.result).toBe('1');
  await executor.close();
  const later = open();
  expect(later.executor.executions()).toHaveLength(1);
  await later.executor.close();
});
