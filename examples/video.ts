/**
 * A child that is an operation of a Google API. Only the workflow polls it. The worker is free while the parent waits.
 * `VIDEO_URL` names a stand-in; the system then needs ALLOWED_HOSTS=videointelligence.googleapis.com, or the stand-in's host.
 */
import { defineOperation, externalOperation } from 'lro-orchestrator';
import { operation, state } from 'lro-orchestrator/worker';
import * as v from 'valibot';

const VIDEO_URL = process.env.VIDEO_URL ?? 'https://videointelligence.googleapis.com';

export const tag = defineOperation('example.v1.Videos.Tag', {
  input: v.object({ uri: v.string() }),
  response: v.object({ labels: v.array(v.string()) }),
});
const annotation = externalOperation({
  endpoint: VIDEO_URL,
  response: v.object({ annotationResults: v.array(v.object({ label: v.string() })) }),
});
const started = state(v.object({ name: v.string() }));

export const tagWorker = operation(tag, { state: started, initial: { name: '' } }).steps({
  start: async (op) => {
    // The API has no request ids: after a crash before the next line, the step annotates twice.
    op.state.name ||= await annotate(op.input.uri, op.fetch);
    await op.checkpoint();
    return op.wait(
      { children: [annotation(op.state.name)] },
      { then: 'store', catch: 'stop', timeout: '2h', pollFrequency: '3s' },
    );
  },
  store: async (op) => {
    const { annotationResults } = await op.children(annotation).one();
    return { labels: annotationResults.map(({ label }) => label) };
  },
  stop: async (op) => {
    // The orchestrator does not stop operations of other services.
    await op.fetch(`${VIDEO_URL}/v1/${op.state.name}:cancel`, { method: 'POST' });
    throw op.failure;
  },
});

/** The name of Google's operation. */
async function annotate(inputUri: string, send: typeof fetch): Promise<string> {
  const response = await send(`${VIDEO_URL}/v1/videos:annotate`, {
    ...{ method: 'POST', headers: { 'content-type': 'application/json' } },
    body: JSON.stringify({ inputUri, features: ['LABEL_DETECTION'] }),
  });
  if (!response.ok) throw new Error(`videos:annotate was answered ${response.status}`);
  return ((await response.json()) as { name: string }).name;
}
