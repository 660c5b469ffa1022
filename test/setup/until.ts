import { setTimeout as sleep } from 'node:timers/promises';

/** How long a test waits for something on a slow, busy machine, in milliseconds: also with `expect.poll`. */
export const PATIENCE_MS = 60_000;

/**
 * Calls `ask` repeatedly until the answer is neither false nor undefined. The error at the time limit names what did not happen.
 */
export async function until<T>(
  what: string,
  ask: () => T | Promise<T>,
  patienceMs = PATIENCE_MS,
): Promise<Exclude<T, false | undefined | null>> {
  for (const end = Date.now() + patienceMs; ; await sleep(20)) {
    const answer = await ask();
    if (answer !== false && answer !== undefined && answer !== null) {
      return answer as Exclude<T, false | undefined | null>;
    }
    if (Date.now() > end) throw new Error(`waited in vain for ${what}`);
  }
}
