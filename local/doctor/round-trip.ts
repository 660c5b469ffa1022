/** A test event that passes through the whole system: published, applied, and its completion received. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

/** The parts of a system through which the test event passes. */
export interface Path {
  /** Prepares to receive completions. */
  subscribe(id: string): Promise<void>;
  publish(event: object): Promise<void>;
  /** The state of the operation in the store, or undefined if the store does not have the operation. */
  stateOf(id: string): Promise<string | undefined>;
  /** The names of operations whose completions have arrived. */
  pull(id: string): Promise<readonly string[]>;
  unsubscribe(id: string): Promise<void>;
}

/** The time limit for a cold start and a retry. */
const PATIENCE_MS = 90_000;
const INTERVAL_MS = 500;

/** Resolves when the completion has arrived. Rejects with the name of the first part that did not pass the event on. */
export async function sendTestEvent(path: Path): Promise<void> {
  const id = `doctor-${randomUUID()}`;
  const operation = `operations/${id}`;
  await path.subscribe(id);
  try {
    await path.publish({ operation, created: { method: 'doctor', ttl: '86400s' } });
    await path.publish({ operation, succeeded: {} });
    await until(
      `${operation} was published and is not SUCCEEDED in the store: is on-lifecycle-event reached, and can it write?`,
      async () => (await path.stateOf(id)) === 'SUCCEEDED',
    );
    await until(
      `${operation} is SUCCEEDED and its completion did not arrive: may the functions publish, and is sweep called?`,
      async () => (await path.pull(id)).includes(operation),
    );
  } finally {
    await path.unsubscribe(id);
  }
}

async function until(problem: string, arrived: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + PATIENCE_MS; !(await arrived()); await sleep(INTERVAL_MS)) {
    if (Date.now() > end) throw new Error(problem);
  }
}
