import { afterAll, describe, expect, it } from 'vitest';
import { freshName, freshNames } from './names.ts';
import { OtherService, type ServiceAnswer } from './other-service.ts';
import { onEverySystem } from './systems.ts';

const running = { status: 200, body: { done: false } };
const done: ServiceAnswer = { status: 200, body: { name: 'x', done: true, response: {} } };

/** By the part of the operation's name before its first dash. */
const SCRIPTS: Readonly<Record<string, (attempt: number) => ServiceAnswer>> = {
  steady: (attempt) => (attempt < 2 ? running : done),
  // A failed poll never strands the parent, whatever its reason.
  unsteady: (attempt) =>
    ([{ status: 503 }, { status: 429 }, 'BROKEN_CONNECTION', { status: 404 }] as const)[attempt - 1] ?? done,
  odd: (attempt) => (attempt === 1 ? { status: 200, body: [1, 2] } : done),
  failing: () => ({ status: 200, body: { done: true, error: { code: 13, message: 'broke' } } }),
  stopped: () => ({ status: 200, body: { done: true, error: { code: 1, message: 'cancelled' } } }),
  forbidden: () => ({ status: 403, body: { error: { code: 403 } } }),
  endless: () => running,
  absent: () => ({ status: 404 }),
};

const service = new OtherService(
  (name, attempt) => SCRIPTS[name.split('/')[1]?.split('-')[0] ?? '']?.(attempt) ?? { status: 500 },
);
// The systems are told its URL when they start.
await service.start();

describe('children of another service', () => {
  afterAll(() => service.stop());

  const endpoint = service.url;
  onEverySystem('are waited for', { push: true, allowedHosts: [endpoint] }, (subject) => {
    async function waitFor(externals: string[], wait: object = {}) {
      const { system, observer } = subject();
      const name = freshName('asker');
      await system.lifecycle.operation(name).wait({
        externals: externals.map((external) => ({ name: external, endpoint })),
        pollFrequency: 1,
        ...wait,
      });
      return observer.signal(name);
    }

    it('by polls that may fail', async () => {
      const externals = ['steady', 'unsteady', 'odd'].map(freshName);
      const signal = await waitFor(externals);
      expect(signal).toMatchObject({ cause: 'CHILDREN', children: { counts: { SUCCEEDED: 3 } } });
      expect(signal.children.first.map(({ name }) => name).sort()).toEqual(externals.toSorted());
      expect(service.asked.filter((name) => name === externals[1])).toHaveLength(5);
    });

    it('with the outcome of each', async () => {
      const externals = ['failing', 'stopped', 'forbidden', 'steady'].map(freshName);
      const { children } = await waitFor(externals);
      expect(Object.fromEntries(children.first.map(({ name, outcome }) => [name, outcome]))).toEqual({
        [externals[0] ?? '']: 'FAILED',
        [externals[1] ?? '']: 'CANCELLED',
        [externals[2] ?? '']: 'FAILED',
        [externals[3] ?? '']: 'SUCCEEDED',
      });
    });

    it('together with own children, by one policy', async () => {
      const { system, observer } = subject();
      const [name = '', own = ''] = freshNames('mixed', 2);
      const externals = [{ name: freshName('steady'), endpoint }];
      await system.lifecycle.operation(name).wait({ children: [own], externals, pollFrequency: 1 });
      await observer.launched(name);
      await system.lifecycle.operation(own).succeed();
      expect(await observer.signal(name)).toMatchObject({ children: { counts: { SUCCEEDED: 2 } } });
    });

    it('until the deadline', async () => {
      expect(await waitFor(['endless', 'absent'].map(freshName), { timeout: 2 })).toMatchObject({
        cause: 'DEADLINE',
        children: { counts: { TIMED_OUT: 1, NOT_FOUND: 1 } },
      });
    });

    it('apart from own operations of the same name', async () => {
      const { system, observer } = subject();
      const [name = ''] = freshNames('apart', 1);
      const shared = freshName('endless');
      await system.lifecycle
        .operation(name)
        .wait({ externals: [{ name: shared, endpoint }], timeout: 2, pollFrequency: 1 });
      await observer.launched(name);
      await system.lifecycle.operation(shared).succeed();
      expect(await observer.signal(name)).toMatchObject({ cause: 'DEADLINE' });
    });
  });
});
