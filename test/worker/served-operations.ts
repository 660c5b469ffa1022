import { defineOperation } from 'lro-orchestrator';
import { operation } from 'lro-orchestrator/worker';
import * as v from 'valibot';

export const page = defineOperation('t.v1.RenderPage', {
  input: v.object({ page: v.string() }),
  response: v.object({ url: v.string() }),
});
export const report = defineOperation('t.v1.Report', {
  input: v.object({ pages: v.array(v.string()) }),
  response: v.object({ urls: v.array(v.string()) }),
});
export const slow = defineOperation('t.v1.Slow', {
  input: v.object({ ms: v.number() }),
  response: v.object({ attempt: v.number() }),
});

/** The workers of a fan-out: a report of pages, each a child. */
export const fanOutWorkers = [
  operation(page).steps({ start: (op) => ({ url: `u/${op.input.page}` }) }),
  operation(report).steps({
    start: (op) =>
      op.spawn(
        op.input.pages.map((one) => page({ page: one })),
        { then: 'collect' },
      ),
    collect: async (op) => ({ urls: (await op.children(page).responses()).map(({ url }) => url) }),
  }),
];
