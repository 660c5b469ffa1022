import * as v from 'valibot';
import { defineOperation } from 'lro-orchestrator';
import { operation, serve } from 'lro-orchestrator/worker';
import { render } from './world.ts';

export const renderPage = defineOperation('example.v1.Reports.RenderPage', {
  input: v.object({ page: v.string() }), response: v.object({ url: v.string() }) });
export const report = defineOperation('example.v1.Reports.CreateReport', {
  input: v.object({ pages: v.array(v.string()) }), response: v.object({ pages: v.array(v.string()) }) });

await serve([
  operation(renderPage).steps({ start: async (op) => ({ url: await render(op.input.page, op.signal) }) }),
  operation(report).steps({
    start: (op) => op.spawn(op.input.pages.map((page) => renderPage({ page })), { then: 'collect', toleratedFailures: 1 }),
    collect: async (op) => ({ pages: (await op.children(renderPage).responses()).map(({ url }) => url) }),
  }),
]);
