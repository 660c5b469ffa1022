/** This project through its package: the embedded system with its data on disk, `serve`, and a client, in one process. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedSystem } from '../../../local/embedded/embedded-system.ts';
import { createOperations } from '../../../shared/client/create-operations.ts';
import { readCompletion } from '../../../shared/client/received-message.ts';
import { DEFAULT_TOPICS } from '../../../shared/pubsub/topology.ts';
import { serve } from '../../../shared/worker/serve.ts';
import type { Engine } from '../engine.ts';
import type { Recorder } from '../recorder.ts';
import { benchWorkers, creates, idOf } from './served-work.ts';

export async function startEngine(recorder: Recorder): Promise<Engine> {
  const data = await mkdtemp(join(tmpdir(), 'lro-peers-'));
  const system = await startEmbeddedSystem({ push: true, data, logLevel: 'error' });
  const serving = await serve(benchWorkers(recorder), { url: system.url, handleSignals: false });
  const subscriber = await system.follow(DEFAULT_TOPICS.completions, async (message) => {
    recorder.completed(idOf(readCompletion(message).operation));
  });
  return {
    versions: { node: process.versions.node },
    ...creates(createOperations({ url: system.url })),
    completed: (ids) => recorder.allCompleted(ids),
    async close() {
      await serving.stop();
      await subscriber.stop();
      await system.stop();
      await rm(data, { recursive: true });
    },
  };
}
