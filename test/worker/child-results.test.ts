/** The results of children, as a step reads them. */
import { defineOperation, externalOperation } from 'lro-orchestrator';
import { operation } from 'lro-orchestrator/worker';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { children, type Event, fakeOrchestrator, resumed, struct } from './fake-orchestrator.ts';
import { job, START } from './job.ts';

describe('children of several kinds', () => {
  it('are separated by kind, counted, and read page by page in the order of the wait', async () => {
    const render = defineOperation('t.v1.Render', {
      input: v.object({}),
      response: v.object({ url: v.string() }),
    });
    const google = externalOperation({
      endpoint: 'https://video.googleapis.com',
      response: v.object({ labels: v.number() }),
    });
    const seen: object[] = [];
    const worker = operation(job).steps({
      start: (op) =>
        op.spawn(
          [google('projects/p/operations/1'), render({}), job({ n: 2 }), render({}, { key: 'last' })],
          {
            then: 'end',
            policy: 'ALL_DONE',
          },
        ),
      end: async (op) => {
        seen.push(
          op.children(render).counts,
          await op.children(render).all(),
          await op.children(google).one(),
        );
        return { text: '' };
      },
    });
    const rows = [
      { name: 'operations/a.1.1', key: '1.1', outcome: 'SUCCEEDED', response: struct({ url: 'first' }) },
      { name: 'operations/a.1.2', key: '1.2', outcome: 'SUCCEEDED', response: struct({ text: '' }) },
      { name: 'operations/a.1.last', key: '1.last', outcome: 'FAILED', error: { code: 14, message: 'no' } },
      {
        name: 'projects/p/operations/1',
        key: '',
        outcome: 'SUCCEEDED',
        response: { '@type': 'x.v1.Labels', labels: 3 },
      },
    ];
    const pages: string[] = [];
    const fake = fakeOrchestrator([worker], {
      calls: {
        async children(_, { pageToken = '' }) {
          pages.push(pageToken);
          const from = Number(pageToken || 0);
          const page = rows.slice(from, from + 2) as never;
          return { children: page, ...(from + 2 < rows.length && { nextPageToken: String(from + 2) }) };
        },
      },
    });
    const [{ waiting }] = (await fake.play(START)) as [Event];
    const truncated = { counts: { SUCCEEDED: 3, FAILED: 1 }, first: rows.slice(0, 1), truncated: true };
    await fake.play({ ...START, ...resumed(waiting, { children: truncated }) });
    expect(pages).toEqual(['', '2']);
    expect(seen).toMatchObject([
      { SUCCEEDED: 1, FAILED: 1, PENDING: 0 },
      [
        { index: 1, outcome: 'SUCCEEDED', response: { url: 'first' } },
        { index: 3, key: 'last', outcome: 'FAILED', error: { code: 'UNAVAILABLE', message: 'no' } },
      ],
      { labels: 3 },
    ]);
  });

  it('are each in its place if a step reads them twice at the same time', async () => {
    const texts = ['a', 'b', 'c', 'd', 'e'];
    let read: unknown[] = [];
    const worker = operation(job).steps({
      start: (op) =>
        op.spawn(
          texts.map((_, n) => job({ n })),
          { then: 'end' },
        ),
      end: async (op) => {
        const { responses } = op.children(job);
        read = await Promise.all([responses(), responses()]);
        return { text: '' };
      },
    });
    const pages: string[] = [];
    const fake = fakeOrchestrator([worker], {
      calls: {
        async children(_, { pageToken = '0' }) {
          pages.push(pageToken);
          const to = Number(pageToken) + 2;
          const page = children(
            waiting,
            texts.map((text) => ({ text })),
          ).first.slice(Number(pageToken), to);
          return { children: page as never, ...(to < texts.length && { nextPageToken: String(to) }) };
        },
      },
    });
    const [{ waiting }] = (await fake.play(START)) as [Event];
    const truncated = { counts: { SUCCEEDED: texts.length }, first: [], truncated: true };
    await fake.play({ ...START, ...resumed(waiting, { children: truncated }) });
    const responses = texts.map((text) => ({ text }));
    expect(read).toEqual([responses, responses]);
    expect(pages).toEqual(['0', '2', '4']);
  });

  it('fail the attempt if a response does not fit its schema, with the name of the child', async () => {
    const worker = operation(job).steps({
      start: (op) => op.spawn([job({ n: 1 })], { then: 'end' }),
      end: async (op) => op.children(job).one(),
    });
    const fake = fakeOrchestrator([worker]);
    const [{ waiting }] = (await fake.play(START)) as [Event];
    const results = children(waiting, [{ text: 3 }]);
    expect(await fake.play({ ...START, ...resumed(waiting, { children: results }) })).toMatchObject([
      {
        attemptFailed: {
          error: { code: 15, message: expect.stringContaining('response of operations/a.1.0.text') },
        },
      },
    ]);
  });
});
