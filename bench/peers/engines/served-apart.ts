/**
 * This project as a user runs it: the command `lro start --data` in a separate process, and the workers and the client in this
 * process. The completions arrive through Pub/Sub, as for any other subscriber.
 */
import { createOperations } from '../../../shared/client/create-operations.ts';
import { serve } from '../../../shared/worker/serve.ts';
import type { Engine } from '../engine.ts';
import type { Recorder } from '../recorder.ts';
import { followCompletions } from './followed-completions.ts';
import { benchWorkers, creates, idOf } from './served-work.ts';

export async function startEngine(recorder: Recorder, url: string): Promise<Engine> {
  const serving = await serve(benchWorkers(recorder), { url, handleSignals: false });
  const stopCompletions = await followCompletions(url, (operation) => recorder.completed(idOf(operation)));
  return {
    versions: { node: process.versions.node },
    ...creates(createOperations({ url })),
    completed: (ids) => recorder.allCompleted(ids),
    async close() {
      await serving.stop();
      await stopCompletions();
    },
  };
}
