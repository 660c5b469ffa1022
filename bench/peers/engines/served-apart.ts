/**
 * This project as a user runs it: the command `lro start --data` in a separate process, and the workers and the client in this
 * process. The completions arrive through Pub/Sub, as for any other subscriber.
 */
import { createOperations } from '../../../shared/client/create-operations.ts';
import { HttpApi } from '../../../shared/client/http-api.ts';
import { readCompletion } from '../../../shared/client/received-message.ts';
import { jsonLog } from '../../../shared/worker/json-log.ts';
import { keepAliveTransport } from '../../../shared/worker/keep-alive-transport.ts';
import { RestSource } from '../../../shared/worker/rest-source.ts';
import { serve } from '../../../shared/worker/serve.ts';
import type { Engine } from '../engine.ts';
import type { Recorder } from '../recorder.ts';
import { benchWorkers, creates, idOf } from './served-work.ts';

const COMPLETIONS = 'operation-completions-local';
const MAX_COMPLETIONS = 1_000;

export async function startEngine(recorder: Recorder, url: string): Promise<Engine> {
  const serving = await serve(benchWorkers(recorder), { url, handleSignals: false });
  const api = new HttpApi({ url, transport: keepAliveTransport() });
  const completions = new RestSource(api, 'local', COMPLETIONS, jsonLog());
  await completions.start(
    {
      capacity: MAX_COMPLETIONS,
      onCapacity: () => {},
      receive(message) {
        const data = Buffer.from(message.data);
        recorder.completed(idOf(readCompletion({ data, attributes: message.attributes }).operation));
        message.ack();
      },
    },
    [],
  );
  return {
    versions: { node: process.versions.node },
    ...creates(createOperations({ url })),
    completed: (ids) => recorder.allCompleted(ids),
    async close() {
      await serving.stop();
      await completions.stop();
      await completions.close();
    },
  };
}
