/**
 * This project as an engine: the embedded system with its data on disk. The benchmark publishes the worker's events through
 * `lifecycle`, without the worker library.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedSystem } from '../../../local/embedded/embedded-system.ts';
import { readCompletion, readSignal } from '../../../shared/client/received-message.ts';
import { DEFAULT_TOPICS } from '../../../shared/pubsub/topology.ts';
import type { Engine } from '../engine.ts';
import type { Recorder } from '../recorder.ts';

const PREFIX = 'operations/';

/** A child with its result, in the form of the RESUME signal and of the Operations API. */
interface Result {
  readonly response: { readonly value: { readonly value: number } };
}

interface OperationPage {
  readonly operations?: readonly Result[];
  readonly nextPageToken?: string;
}

export async function startEngine(recorder: Recorder): Promise<Engine> {
  const data = await mkdtemp(join(tmpdir(), 'lro-peers-'));
  const system = await startEmbeddedSystem({ push: true, data, logLevel: 'error' });
  const { lifecycle, operationsUrl } = system;

  const worker = await system.follow(DEFAULT_TOPICS.signals, async (message) => {
    const { operation } = readSignal(message);
    const results = resultsIn(message.data);
    const id = operation.slice(PREFIX.length);
    recorder.resumed(id);
    const sum = results ? total(results) : await sumOfChildren(operationsUrl, operation);
    recorder.summed(id, sum);
    await lifecycle.operation(operation).succeed({ sum });
  });
  const subscriber = await system.follow(DEFAULT_TOPICS.completions, async (message) => {
    recorder.completed(readCompletion(message).operation.slice(PREFIX.length));
  });

  return {
    versions: { node: process.versions.node },
    async createParent(id, count) {
      const name = `${PREFIX}${id}`;
      const parent = lifecycle.operation(name);
      const children = Array.from({ length: count }, (_, value) => lifecycle.operation(`${name}--${value}`));
      await Promise.all([
        parent.create({ method: 'bench.Parent' }),
        parent.wait({ children: children.map((child) => child.name) }),
        ...children.map(async (child, value) => {
          await child.create({ method: 'bench.Child', parent: name });
          recorder.childDone(id);
          await child.succeed({ value });
        }),
      ]);
    },
    async createSingle(id) {
      const operation = lifecycle.operation(`${PREFIX}${id}`);
      await Promise.all([operation.create({ method: 'bench.Single' }), operation.succeed({ ok: true })]);
    },
    completed: (ids) => recorder.allCompleted(ids),
    async close() {
      await Promise.all([worker.stop(), subscriber.stop()]);
      await system.stop();
      await rm(data, { recursive: true });
    },
  };
}

/**
 * Returns the results of the children, or undefined if the signal does not have all of them, because it has at most the first
 * hundred.
 */
function resultsIn(data: Uint8Array): readonly Result[] | undefined {
  const { children } = JSON.parse(Buffer.from(data).toString()) as {
    readonly children: { readonly first: readonly Result[]; readonly truncated?: boolean };
  };
  return children.truncated ? undefined : children.first;
}

function total(results: readonly Result[]): number {
  return results.reduce((sum, { response }) => sum + response.value.value, 0);
}

async function sumOfChildren(operationsUrl: string, parent: string): Promise<number> {
  let sum = 0;
  let pageToken = '';
  do {
    const query = new URLSearchParams({ filter: `parent="${parent}"`, pageSize: '1000', pageToken });
    const response = await fetch(`${operationsUrl}/v1/operations?${query}`);
    const { operations = [], nextPageToken = '' } = (await response.json()) as OperationPage;
    sum += total(operations);
    pageToken = nextPageToken;
  } while (pageToken !== '');
  return sum;
}
