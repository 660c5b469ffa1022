import * as v from 'valibot';
import { defineOperation, externalOperation } from 'lro-orchestrator';
import { operation, state } from 'lro-orchestrator/worker';
import { video } from './world.ts';

const annotation = externalOperation({ endpoint: 'https://videointelligence.googleapis.com',
  response: v.object({ annotationResults: v.array(v.object({ inputUri: v.string() })) }) });
export const tag = defineOperation('example.v1.Videos.Tag', {
  input: v.object({ uri: v.string() }), response: v.object({ results: v.number() }) });
const started = state(v.object({ lro: v.string() }));

export const tagWorker = operation(tag, { state: started, initial: { lro: '' } }).steps({
  start: async (op) => {
    op.state.lro ||= await video.annotate(op.input.uri, op.signal);   // no request id: a crash before the next line annotates twice
    await op.checkpoint();
    return op.wait({ children: [annotation(op.state.lro)] }, { then: 'store', catch: 'stop', timeout: '2h' });
  },
  store: async (op) => ({ results: (await op.children(annotation).one()).annotationResults.length }),
  stop: async (op) => {
    await video.cancel(op.state.lro);                                 // nobody else stops what Google runs
    throw op.failure;
  },
});
