import { readFile } from 'node:fs/promises';
import type { Executor } from '../executor/index.ts';

/** The name of the deployed workflow. */
export const PARALLEL_POLL = 'parallel-poll';

const FILE = new URL('../workflows/parallel-poll.yaml', import.meta.url);

/** Deploys to the executor the same file that a deployment gives to Google Cloud Workflows. */
export async function deployParallelPoll(executor: Executor): Promise<void> {
  executor.deploy(PARALLEL_POLL, await readFile(FILE, 'utf8'));
}
