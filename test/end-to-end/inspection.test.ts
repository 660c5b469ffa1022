import { expect, it } from 'vitest';
import { freshNames } from './names.ts';
import { call } from './rest.ts';
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
