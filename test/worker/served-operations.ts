import { defineOperation } from 'lro-orchestrator';
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
