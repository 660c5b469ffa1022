import { expect, it } from 'vitest';
import { freshNames } from './names.ts';
import { call, post } from './rest.ts';
import { onEverySystem } from './systems.ts';

onEverySystem('an inspection', { push: true }, (subject) => {
  it('pages through the children of a wait, each with what became of it', async () => {
    const { system, observer } = subject();
    const [name = '', ...children] = freshNames('paged', 6);
    await system.lifecycle.operation(name).wait({ children });
    await observer.launched(name);
    await Promise.all(
      children.map((child, index) => {
        const handle = system.lifecycle.operation(child);
        return index === 2 ? handle.fail({ code: 13, message: 'broke' }) : handle.succeed();
      }),
    );
    await observer.signal(name);

    const url = `${system.operationsUrl}/v1/${name}:inspect`;
    const [wait] = (await call(url)).body.waits;
    expect(wait.children.first).toHaveLength(5);
    expect(wait.children).not.toHaveProperty('nextPageToken');

    const seen: object[] = [];
    let token = '';
    do {
      const query = new URLSearchParams({
        waitId: wait.waitId,
        pageSize: '2',
        ...(token && { pageToken: token }),
      });
      const page = (await call(`${url}?${query}`)).body.waits[0].children;
      expect(page.first.length).toBeLessThanOrEqual(2);
      seen.push(...page.first);
      token = page.nextPageToken ?? '';
    } while (token);
    expect(seen).toEqual(
      children.map((child, index) =>
        index === 2
          ? { name: child, outcome: 'FAILED', error: { code: 13, message: 'broke' } }
          : { name: child, outcome: 'SUCCEEDED' },
      ),
    );
  });

  it('shows the input up to 64 KiB, and of a larger one its size', async () => {
    const { system } = subject();
    const [small = '', large = '', none = ''] = freshNames('input', 3);
    const struct = (value: object) => ({ '@type': 'type.googleapis.com/google.protobuf.Struct', value });
    const create = (name: string, input?: object) =>
      post(`${system.operationsUrl}/v1/operations`, {
        operationId: name.slice('operations/'.length),
        method: 't.v1.Print',
        input,
      });
    const inspect = async (name: string) => (await call(`${system.operationsUrl}/v1/${name}:inspect`)).body;
    await create(small, struct({ pages: ['a'] }));
    await create(large, struct({ text: 'x'.repeat(70_000) }));
    await create(none);
    expect(await inspect(small)).toMatchObject({ input: struct({ pages: ['a'] }), inputBytes: 18 });
    const inspected = await inspect(large);
    expect(inspected.inputBytes).toBeGreaterThan(70_000);
    expect(inspected).not.toHaveProperty('input');
    expect(await inspect(none)).not.toHaveProperty('inputBytes');
  });

  it('refuses a page token and a page size that are invalid', async () => {
    const { system, observer } = subject();
    const [name = ''] = freshNames('refused', 1);
    await system.lifecycle.operation(name).create();
    await observer.inState(name, 'RUNNING');
    const url = `${system.operationsUrl}/v1/${name}:inspect`;
    expect(await call(`${url}?pageSize=-1`)).toMatchObject({
      status: 400,
      body: { error: { status: 'INVALID_ARGUMENT' } },
    });
    expect(await call(`${url}?pageToken=x`)).toMatchObject({ status: 400 });
    expect((await call(`${url}?waitId=none`)).body.waits).toEqual([]);
  });
});
