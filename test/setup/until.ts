import { setTimeout as sleep } from 'node:timers/promises';

/** How long anything may take on a slow, busy machine, in milliseconds. */
const PATIENCE = 40_000;

/** Asks again and again until there is an answer that is neither false nor undefined; says what did not come. */
export async function until<T>(
  what: string,
  ask: () => T | Promise<T>,
  patienceMs = PATIENCE,
): Promise<Exclude<T, false | undefined | null>> {
  for (const end = Date.now() + patienceMs; ; await sleep(20)) {
    const answer = await ask();
    if (answer !== false && answer !== undefined && answer !== null) {
      return answer as Exclude<T, false | undefined | null>;
    }
    if (Date.now() > end) throw new Error(`waited in vain for ${what}`);
  }
}
