import { expect, it } from 'vitest';
import { freshName, freshNames } from './names.ts';
import { call, getOperation, post } from './rest.ts';
import { onEverySystem } from './systems.ts';

onEverySystem('a lifecycle', { push: true }, (subject) => {
  it('goes from the plainest message to the completion', async () => {
    const { system, observer } = subject();
    const operation = freshName('plain');
    await system.publish(
      Buffer.from(JSON.stringify({ operation, created: { method: 'm', labels: { team: 'a' } } })),
    );
    await system.lifecycle.operation(operation).progress({ percent: 50 });
    await observer.inState(operation, 'RUNNING');
    await system.lifecycle.operation(operation).succeed({ answer: 42 });
    const completion = await observer.completion(operation);
    expect(completion).toMatchObject({
      state: 'SUCCEEDED',
      response: { answer: 42 },
      metadata: { percent: 50 },
    });
    expect(completion.attributes).toMatchObject({
      operation,
      state: 'SUCCEEDED',
      method: 'm',
      parent: '',
      createTime: expect.stringMatching(/^\d{4}-.*Z$/),
      completeTime: expect.stringMatching(/^\d{4}-.*Z$/),
      eventId: expect.any(String),
    });
    const { status, body } = await getOperation(system, operation);
    expect(status).toBe(200);
    expect(body).toMatchObject({ name: operation, done: true, response: { value: { answer: 42 } } });
    expect(body).not.toHaveProperty('error');
  });

  it('applies each event once, however often it arrives', async () => {
    const { system, observer } = subject();
    const operation = freshName('twice');
    const event = (body: object) => Buffer.from(JSON.stringify({ operation, ...body }));
    const events = [
      event({ eventId: 'c', created: { method: 'm' } }),
      event({ eventId: 'p', progressed: { metadata: { '@type': 'x/y.Z', value: 'AA==' } } }),
      event({ eventId: 's', succeeded: {} }),
    ];
    await Promise.all([...events, ...events, ...events].map((data) => system.publish(data)));
    await observer.completion(operation);
    const { history } = await observer.inState(operation, 'SUCCEEDED');
    expect(history.map(({ type }) => type).sort()).toEqual(['created', 'progressed', 'succeeded']);
    expect(new Set(observer.completions(operation).map(({ eventId }) => eventId)).size).toBe(1);
  });

  it('is the same when created comes last', async () => {
    const { system, observer } = subject();
    const [parent, operation = ''] = freshNames('late', 2);
    const handle = system.lifecycle.operation(operation);
    await handle.progress({ percent: 100 });
    await handle.fail({ code: 5, message: 'no such page' });
    await observer.completion(operation);
    expect((await getOperation(system, operation)).body).toMatchObject({ done: true, error: { code: 5 } });
    await handle.create({ method: 'late.Method', parent, labels: { a: 'b' } });
    const inspection = await observer.inState(operation, 'FAILED');
    expect(inspection.history.length).toBeGreaterThanOrEqual(2);
    await expect
      .poll(() => observer.inspect(operation))
      .toMatchObject({ state: 'FAILED', method: 'late.Method', parent, labels: { a: 'b' } });
    expect((await getOperation(system, operation)).body).toMatchObject({
      metadata: { value: { percent: 100 } },
    });
    expect(observer.completions(operation)).toHaveLength(1);
  });

  it('keeps the first of two results, and records the other one in the history', async () => {
    const { system, observer } = subject();
    const operation = freshName('rivals');
    const handle = system.lifecycle.operation(operation);
    await handle.create();
    await handle.cancelled();
    await observer.completion(operation);
    await handle.succeed({ late: true });
    await expect
      .poll(async () => (await observer.inspect(operation)).history)
      .toContainEqual(expect.objectContaining({ type: 'succeeded', outcome: 'IGNORED', reason: 'TERMINAL' }));
    expect((await getOperation(system, operation)).body).toMatchObject({ done: true, error: { code: 1 } });
  });

  it('starts with a call of the Operations API, once for each request id', async () => {
    const { system, observer } = subject();
    const operation = freshName('called');
    const operationId = operation.replace('operations/', '');
    const create = (body: object) =>
      post(`${system.operationsUrl}/v1/operations`, { operationId, method: 'm', ...body });
    expect(await create({ requestId: 'r1' })).toMatchObject({ status: 200, body: { name: operation } });
    expect(await create({ requestId: 'r1' })).toMatchObject({ status: 200, body: { name: operation } });
    expect(await create({ requestId: 'r2' })).toMatchObject({
      status: 409,
      body: { error: { status: 'ALREADY_EXISTS' } },
    });
    const polled = await post(`${system.operationsUrl}/google.longrunning.Operations/GetOperation`, {
      name: operation,
    });
    expect(polled).toEqual({ status: 200, body: { name: operation } });
    await system.lifecycle.operation(operation).succeed();
    await observer.completion(operation);
    const encoded = await call(`${system.operationsUrl}/v1/operations/${encodeURIComponent(operation)}`);
    expect(encoded).toMatchObject({ status: 200, body: { done: true, response: {} } });
  });

  it("answers a missing operation as Google's services do", async () => {
    const { system } = subject();
    expect(await getOperation(system, 'operations/nobody')).toMatchObject({
      status: 404,
      body: {
        error: { code: 404, status: 'NOT_FOUND', message: expect.stringContaining('operations/nobody') },
      },
    });
    expect(await getOperation(system, 'operations/-bad')).toMatchObject({ status: 400 });
  });
});
