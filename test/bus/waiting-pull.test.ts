import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Bus } from '../../local/bus/bus.ts';
import { MemoryStorage } from '../../local/bus/memory-storage.ts';

/** Stores all that is published before `store()` in one go, as one commit does. */
class OneCommit extends MemoryStorage {
  #waiting: (() => void)[] = [];

  override async append(): Promise<void> {
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  store(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

it('a pull that waits gets the messages of one commit as one answer, up to its number, in their order', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 20 }),
      fc.integer({ min: 1, max: 30 }),
      async (publishes, maxMessages) => {
        const storage = new OneCommit();
        const bus = new Bus({ storage });
        await bus.registry.createTopic('things', {});
        await bus.registry.createSubscription({
          ...{ name: 'sub', topic: 'things', ackDeadline: 10, messageRetention: 600, ordered: false },
        });
        const pulled = bus.pull('sub', { maxMessages, waitMs: 10_000 });
        const published = publishes.map((count) =>
          bus.publish(
            'things',
            Array.from({ length: count }, () => ({ data: Buffer.from('x'), attributes: {} })),
          ),
        );
        storage.store();
        const ids = (await Promise.all(published)).flat();
        expect((await pulled).map(({ message }) => message.messageId)).toEqual(ids.slice(0, maxMessages));
        const rest = await bus.pull('sub', { maxMessages: 1_000 });
        expect(rest.map(({ message }) => message.messageId)).toEqual(ids.slice(maxMessages));
        await bus.close();
      },
    ),
    { numRuns: 50 },
  );
});
