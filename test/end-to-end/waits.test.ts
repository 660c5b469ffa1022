import { expect, it } from 'vitest';
import { until } from '../setup/until.ts';
import { freshName, freshNames } from './names.ts';
import { getOperation, resume } from './rest.ts';
import { onEverySystem, type Subject } from './systems.ts';

async function startFamily({ system, observer }: Subject, count: number, wait: object = {}) {
  const [name = '', ...names] = freshNames('family', count + 1);
  const parent = system.lifecycle.operation(name);
  const children = names.map((child) => system.lifecycle.operation(child));
  await parent.create({ method: 'example.Parent' });
  await Promise.all(children.map((child) => child.create({ parent: name })));
  await parent.wait({
    children: names,
    resumePoint: 'next',
    checkpoint: { step: 1 },
    pollFrequency: 30,
    ...wait,
  });
  await observer.launched(name);
  return { parent, children, name, names };
}

/** A step of the test's own after which anything that was still under way would have shown. */
async function settled({ system, observer }: Subject): Promise<void> {
  const name = freshName('probe');
  const probe = system.lifecycle.operation(name);
  // The completion of an operation that was never created waits a moment for its `created`.
  await probe.create();
  await probe.succeed();
  await observer.completion(name);
}

onEverySystem('a wait', { push: true }, (subject) => {
  it('resumes once, by push, when the last child is done, and stops its workflow', async () => {
    const { system, observer } = subject();
    const { parent, children, name, names } = await startFamily(subject(), 4);
    expect((await getOperation(system, name)).body).toEqual({ name });
    await Promise.all(children.map((child, index) => child.succeed({ index })));
    const signal = await observer.signal(name);
    expect(signal).toMatchObject({ cause: 'CHILDREN', resumePoint: 'next', method: 'example.Parent' });
    expect(signal.checkpoint.json()).toEqual({ step: 1 });
    expect(signal.children).toEqual({
      counts: { SUCCEEDED: 4 },
      first: names.map((child, index) => ({
        name: child,
        outcome: 'SUCCEEDED',
        response: { '@type': 'type.googleapis.com/google.protobuf.Struct', value: { index } },
      })),
    });
    await parent.succeed({ ok: true });
    await observer.completion(name);
    await settled(subject());
    expect(observer.signals(name)).toHaveLength(1);
    expect(observer.completions(name)).toHaveLength(1);
    const { waits } = await observer.inspect(name);
    expect(waits).toMatchObject([{ open: false, cause: 'CHILDREN', resumedBy: 'push' }]);
    const executions = system.executor.executions({ labels: { operation: name.replace('operations/', '') } });
    expect(executions).toHaveLength(1);
    await until('the workflow to be cancelled', () => executions[0]?.state === 'CANCELLED');
  });

  it('ends at the first failure with ALL_SUCCEEDED, and names it', async () => {
    const { observer } = subject();
    const { children, name, names } = await startFamily(subject(), 3, { policy: 'ALL_SUCCEEDED' });
    await children[0]?.succeed();
    await children[1]?.fail({ code: 13, message: 'broke' });
    const { children: outcomes } = await observer.signal(name);
    expect(outcomes.first).toContainEqual({
      name: names[1],
      outcome: 'FAILED',
      error: { code: 13, message: 'broke' },
    });
    expect(outcomes.counts.FAILED).toBe(1);
  });

  it('waits for all with ALL_DONE, failed and cancelled ones among them', async () => {
    const { observer } = subject();
    const { children, name } = await startFamily(subject(), 3);
    await children[0]?.succeed();
    await children[1]?.fail({ code: 13, message: 'broke' });
    await children[2]?.cancelled();
    expect((await observer.signal(name)).children.counts).toEqual({ SUCCEEDED: 1, FAILED: 1, CANCELLED: 1 });
  });

  it.each([
    ['ANY_DONE', {}],
    ['ANY_SUCCEEDED', {}],
    ['QUORUM_SUCCEEDED', { quorum: 1 }],
  ])('ends early with %s', async (policy, more) => {
    const { observer } = subject();
    const { children, name } = await startFamily(subject(), 3, { policy, ...more });
    await children[2]?.succeed();
    expect((await observer.signal(name)).children.counts).toEqual({ PENDING: 2, SUCCEEDED: 1 });
    await children[0]?.succeed();
    await settled(subject());
    expect(observer.signals(name)).toHaveLength(1);
  });

  it('is over at once for children that were done before, with no workflow', async () => {
    const { system, observer } = subject();
    const [name = '', child = ''] = freshNames('before', 2);
    await system.lifecycle.operation(child).create();
    await system.lifecycle.operation(child).succeed();
    await observer.completion(child);
    await system.lifecycle.operation(name).wait({ children: [child] });
    expect(await observer.signal(name)).toMatchObject({
      cause: 'CHILDREN',
      children: { counts: { SUCCEEDED: 1 } },
    });
    expect(
      system.executor.executions({ labels: { operation: name.replace('operations/', '') } }),
    ).toHaveLength(0);
  });

  it('takes a child that is created after it', async () => {
    const { system, observer } = subject();
    const [name = '', child = ''] = freshNames('after', 2);
    await system.lifecycle.operation(name).wait({ children: [child] });
    await observer.launched(name);
    await system.lifecycle.operation(child).create();
    await system.lifecycle.operation(child).succeed();
    expect(await observer.signal(name)).toMatchObject({ cause: 'CHILDREN' });
  });

  it('may follow another, and have others below it', async () => {
    const { system, observer } = subject();
    const [top = '', middle = '', leaf = ''] = freshNames('nested', 3);
    await system.lifecycle.operation(middle).wait({ children: [leaf] });
    await system.lifecycle.operation(top).wait({ children: [middle], resumePoint: 'one' });
    await observer.launched(top);
    await system.lifecycle.operation(leaf).succeed();
    await observer.signal(middle);
    await system.lifecycle.operation(middle).succeed();
    const first = await observer.signal(top);
    await system.lifecycle.operation(top).wait({ sleep: 1, resumePoint: 'two' });
    const second = await until('the second resume', () => observer.signals(top)[1]);
    expect([first, second]).toMatchObject([
      { cause: 'CHILDREN', resumePoint: 'one' },
      { cause: 'SLEEP', resumePoint: 'two' },
    ]);
    expect((await observer.inspect(top)).waits).toHaveLength(2);
  });

  it('ends at its deadline, by the workflow, with the children that are missing', async () => {
    const { system, observer } = subject();
    const [name = '', ...names] = freshNames('late', 3);
    const [done, missing] = names.map((child) => system.lifecycle.operation(child));
    await Promise.all([done?.create(), missing?.create()]);
    await done?.succeed();
    // On a busy machine the event of a child may need longer than the timeout.
    await observer.completion(names[0] ?? '');
    await system.lifecycle.operation(name).wait({ children: names, timeout: 2 });
    const signal = await observer.signal(name);
    expect(signal).toMatchObject({ cause: 'DEADLINE', children: { counts: { SUCCEEDED: 1, TIMED_OUT: 1 } } });
    await missing?.succeed();
    await settled(subject());
    expect(observer.signals(name)).toHaveLength(1);
    expect((await observer.inspect(name)).waits).toMatchObject([
      { cause: 'DEADLINE', resumedBy: 'workflow' },
    ]);
  });

  it('that would make a cycle fails with the path', async () => {
    const { system, observer } = subject();
    const [a = '', b = ''] = freshNames('cycle', 2);
    await system.lifecycle.operation(b).create();
    await system.lifecycle.operation(a).wait({ children: [b] });
    await observer.inState(a, 'WAITING');
    await system.lifecycle.operation(b).wait({ children: [a] });
    const { error } = await observer.completion(b);
    expect(error).toMatchObject({
      code: 9,
      message: expect.stringContaining(`${b} waits for ${a} waits for ${b}`),
    });
    // What waited for it is told, as of any child that failed.
    expect(await observer.signal(a)).toMatchObject({
      cause: 'CHILDREN',
      children: { counts: { FAILED: 1 } },
    });
  });

  it('ends with CANCEL, and the children are asked to stop as well', async () => {
    const { observer } = subject();
    const { parent, name, names } = await startFamily(subject(), 2);
    await parent.requestCancel();
    expect(await observer.signal(name)).toMatchObject({ cause: 'CANCEL' });
    await observer.signal(name, 'CANCEL');
    for (const child of names) await observer.signal(child, 'CANCEL');
    await parent.cancelled();
    expect(await observer.completion(name)).toMatchObject({ state: 'CANCELLED', error: { code: 1 } });
  });

  it('that a call of resume has ended is not ended again by push', async () => {
    const { system, observer } = subject();
    const { children, name } = await startFamily(subject(), 1);
    expect(await resume(system, name)).toEqual({ status: 200, body: { resumed: true, cause: 'CHILDREN' } });
    await observer.signal(name);
    await children[0]?.succeed();
    await observer.completion(children[0]?.name ?? '');
    await settled(subject());
    expect(observer.signals(name)).toHaveLength(1);
    expect(await resume(system, name)).toMatchObject({ status: 200, body: { resumed: false } });
  });

  it('that push has ended answers the workflow that it is over', async () => {
    const { system, observer } = subject();
    const { parent, children, name } = await startFamily(subject(), 1);
    const { waits } = await observer.inspect(name);
    await children[0]?.succeed();
    await observer.signal(name);
    const ask = { waitId: waits[0]?.waitId, data: { ifDue: true } };
    expect(await resume(system, name, ask)).toEqual({
      status: 200,
      body: { resumed: false, reason: 'ENDED' },
    });
    await parent.succeed();
    await observer.completion(name);
    expect(await resume(system, name, ask)).toEqual({
      status: 200,
      body: { resumed: false, reason: 'TERMINAL' },
    });
    expect(observer.signals(name)).toHaveLength(1);
  });

  it('is not ended by a call that names no operation or an unknown one', async () => {
    const { system } = subject();
    const { name } = await startFamily(subject(), 1);
    expect(await resume(system, freshName('nobody'))).toMatchObject({ status: 404 });
    expect(await resume(system, '')).toMatchObject({
      status: 400,
      body: { error: { status: 'INVALID_ARGUMENT' } },
    });
    expect(await resume(system, name, { waitId: 'another', data: {} })).toMatchObject({
      body: { resumed: false },
    });
    expect(await resume(system, name, { data: { ifDue: 'yes' } })).toMatchObject({ status: 400 });
    expect(await resume(system, name, { data: { ifDue: true } })).toEqual({
      status: 200,
      body: { resumed: false, reason: 'PENDING' },
    });
  });
});

onEverySystem('a wait without push', { push: false }, (subject) => {
  it('is ended by the workflow, with one execution whose steps do not grow with the children', async () => {
    const { system, observer } = subject();
    const steps: number[] = [];
    for (const count of [1, 8]) {
      const { parent, children, name } = await startFamily(subject(), count, { pollFrequency: 1 });
      await Promise.all(children.map((child) => child.succeed()));
      expect(await observer.signal(name)).toMatchObject({
        cause: 'CHILDREN',
        children: { counts: { SUCCEEDED: count } },
      });
      await parent.succeed();
      await observer.completion(name);
      expect((await observer.inspect(name)).waits).toMatchObject([{ resumedBy: 'workflow' }]);
      const [execution, ...others] = system.executor.executions({
        labels: { operation: name.replace('operations/', '') },
      });
      expect(others).toHaveLength(0);
      await until('the execution to end', () => execution?.state === 'SUCCEEDED');
      const { rounds } = JSON.parse(execution?.result ?? '{}');
      steps.push((execution?.steps ?? 0) / rounds);
    }
    // Per round, but for what happens once.
    expect(Math.max(...steps)).toBeLessThan(20);
    expect(observer.signals('operations/none')).toHaveLength(0);
  });
});
