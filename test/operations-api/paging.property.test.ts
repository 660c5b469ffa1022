import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type OperationName, operationName } from '../../shared/lifecycle/operation-name.ts';
import { answerList } from '../../shared/operations-api/list-request.ts';
import { PageTokens } from '../../shared/operations-api/page-token.ts';
import { ALWAYS } from '../../shared/orchestrator/condition.ts';
import { listOperations } from '../../shared/orchestrator/list-operations.ts';
import { InvalidInput } from '../../shared/orchestrator/ports/failure.ts';
import type { OperationStore } from '../../shared/orchestrator/ports/store.ts';
import { NOW, order, put, running } from '../store/fixtures.ts';
import { onEveryStore } from '../store/implementations.ts';
import { orchestratorOn } from './api-under-test.ts';

const tokens = new PageTokens('key');

async function add(store: OperationStore, method: string, minute: number): Promise<OperationName> {
  const name = operationName(randomUUID());
  const creation = { value: { method, labels: {} }, order: order('1') };
  await put(store, running(name, { creation, createTime: NOW + minute * 60_000 }));
  return name;
}

onEveryStore('pages', (subject) => {
  it('neither repeat nor lose an operation that exists throughout, while others come and go', async () => {
    const minutes = fc.integer({ min: 0, max: 4 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(minutes, { maxLength: 12 }),
        fc.array(
          fc.record({ pageSize: fc.integer({ min: 1, max: 6 }), added: fc.array(minutes, { maxLength: 2 }) }),
          {
            minLength: 1,
          },
        ),
        async (there, turns) => {
          const { store } = subject();
          const orchestrator = orchestratorOn(store);
          const method = randomUUID();
          const filter = `method = "${method}"`;
          const throughout = await Promise.all(there.map((minute) => add(store, method, minute)));
          const passing = await add(store, method, 2);
          const seen: string[] = [];
          let pageToken = '';
          for (let turn = 0; turn === 0 || pageToken !== ''; turn += 1) {
            const { pageSize, added } = turns[turn % turns.length] ?? { pageSize: 1, added: [] };
            const page = await answerList(orchestrator, tokens, ALWAYS, { filter, pageSize, pageToken });
            expect(page.operations.length).toBeLessThanOrEqual(pageSize);
            seen.push(...page.operations.map(({ name }) => name));
            pageToken = page.nextPageToken;
            // What is added stays behind what was added before, or the list might never end.
            if (turn < turns.length) for (const minute of added) await add(store, method, minute);
            if (turn === 1) {
              const deletion = { deleteTime: NOW, expireTime: NOW + 1e9 };
              await put(store, { ...running(passing), ...deletion, state: 'DELETED' });
            }
          }
          expect(new Set(seen).size).toBe(seen.length);
          expect(throughout.filter((name) => !seen.includes(name))).toEqual([]);
        },
      ),
      { numRuns: 20 },
    );
  });

  it('end early if operations are large, and still lose none', async () => {
    const { store } = subject();
    const method = randomUUID();
    const value = new Uint8Array(900_000);
    for (let index = 0; index < 5; index += 1) {
      const metadata = { value: { typeUrl: 'type.example.com/T', value }, order: order('1') };
      const creation = { value: { method, labels: {} }, order: order('1') };
      await put(store, running(operationName(randomUUID()), { creation, metadata }));
    }
    const condition = { kind: 'text', subject: 'method', relation: '=', value: method } as const;
    const first = await listOperations({ store }, { condition, limit: 100 });
    const rest = await listOperations({ store }, { condition, limit: 100, after: first.next });
    expect([first.operations.length, rest.operations.length, rest.next]).toEqual([3, 2, undefined]);
  });
});

describe('page tokens', () => {
  const position = { createTime: NOW, name: operationName('last') };
  const token = tokens.encode(position, 'done = true');

  it('say where the list continues', () => {
    expect(tokens.decode(token, 'done = true')).toEqual(position);
  });

  it('are refused for another filter, with another key, and changed in any way', () => {
    const refused = (run: () => unknown) => {
      expect(run).toThrow(InvalidInput);
    };
    refused(() => tokens.decode(token, 'done = false'));
    refused(() => new PageTokens('another').decode(token, 'done = true'));
    fc.assert(
      fc.property(fc.nat(token.length - 1), fc.constantFrom('A', 'b', '-', '=', ' ', 'é', ''), (at, put) => {
        const changed = token.slice(0, at) + put + token.slice(at + 1);
        fc.pre(changed !== token);
        refused(() => tokens.decode(changed, 'done = true'));
      }),
    );
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'binary' }), (text) =>
        refused(() => tokens.decode(text, '')),
      ),
    );
  });
});
