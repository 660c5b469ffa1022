/**
 * Fan-out with results: a report renders its pages in parallel, and one page may fail.
 *
 *   npm start                                                     # in one terminal
 *   OPERATIONS_URL=http://localhost:8080 npx tsx examples/report.ts   # in another
 */
import { createOperations, defineOperation, OperationError } from 'lro-orchestrator';
import { operation, serve } from 'lro-orchestrator/worker';
import * as v from 'valibot';
import { isMain } from './main-module.ts';

export const renderPage = defineOperation('example.v1.Reports.RenderPage', {
  input: v.object({ page: v.string() }),
  response: v.object({ url: v.string() }),
});
export const report = defineOperation('example.v1.Reports.CreateReport', {
  input: v.object({ pages: v.array(v.string()) }),
  response: v.object({ urls: v.array(v.string()) }),
});

export const reportWorkers = [
  operation(renderPage).steps({
    start: ({ input: { page } }) => {
      if (page === '') throw new OperationError('INVALID_ARGUMENT', 'a page has no name');
      return { url: `https://pages.example.com/${page}` };
    },
  }),
  operation(report).steps({
    start: (op) =>
      op.spawn(
        op.input.pages.map((page) => renderPage({ page })),
        { then: 'collect', toleratedFailures: 1 },
      ),
    collect: async (op) => ({ urls: (await op.children(renderPage).responses()).map(({ url }) => url) }),
  }),
];

if (isMain(import.meta.url)) {
  const serving = await serve(reportWorkers);
  const handle = await createOperations().create(report, { pages: ['cover', 'contents', ''] });
  console.log(handle.name, await handle.result());
  await serving.stop();
}
