/** This project as its package has it: the embedded system with its data on disk, `serve`, and a client, in one process. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { startEmbeddedSystem } from '../../../local/embedded/embedded-system.ts';
import { createOperations } from '../../../shared/client/create-operations.ts';
import { defineOperation } from '../../../shared/client/definition.ts';
import { readCompletion } from '../../../shared/client/received-message.ts';
import { DEFAULT_TOPICS } from '../../../shared/pubsub/topology.ts';
import { operation } from '../../../shared/worker/operation.ts';
import { serve } from '../../../shared/worker/serve.ts';
import type { Engine } from '../engine.ts';
import type { Recorder } from '../recorder.ts';

const PREFIX = 'operations/';
const idOf = (name: string) => name.slice(PREFIX.length);

const child = defineOperation('bench.Child', {
  input: v.object({ parent: v.string(), value: v.number() }),
  response: v.object({ value: v.number() }),
});
const parent = defineOperation('bench.Parent', {
  input: v.object({ children: v.number() }),
  response: v.object({ sum: v.number() }),
});
const single = defineOperation('bench.Single', {
  input: v.object({}),
  response: v.object({ ok: v.boolean() }),
});

export async function startEngine(recorder: Recorder): Promise<Engine> {
  const data = await mkdtemp(join(tmpdir(), 'lro-peers-'));
  const system = await startEmbeddedSystem({ push: true, data, logLevel: 'error' });
  const lro = createOperations({ url: system.url });
  const workers = [
    operation(child).steps({
      start: ({ input }) => {
        recorder.childDone(input.parent);
        return { value: input.value };
      },
    }),
    operation(parent).steps({
      start: (op) =>
        op.spawn(
          Array.from({ length: op.input.children }, (_, value) => child({ parent: idOf(op.name), value })),
          { then: 'collect' },
        ),
      collect: async (op) => {
        const id = idOf(op.name);
        recorder.resumed(id);
        const sum = (await op.children(child).responses()).reduce((total, { value }) => total + value, 0);
        recorder.summed(id, sum);
        return { sum };
      },
    }),
    operation(single).steps({ start: () => ({ ok: true }) }),
  ];
  const serving = await serve(workers, { url: system.url, handleSignals: false });
  const subscriber = await system.follow(DEFAULT_TOPICS.completions, async (message) => {
    recorder.completed(idOf(readCompletion(message).operation));
  });
  return {
    versions: { node: process.versions.node },
    createParent: (id, children) => lro.create(parent, { children }, { operationId: id }),
    createSingle: (id) => lro.create(single, {}, { operationId: id }),
    completed: (ids) => recorder.allCompleted(ids),
    async close() {
      await serving.stop();
      await subscriber.stop();
      await system.stop();
      await rm(data, { recursive: true });
    },
  };
}
