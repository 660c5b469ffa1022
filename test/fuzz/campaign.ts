/** Feeds one target with inputs that a seed makes, and says what broke. */
import fc from 'fast-check';
import { liveHeap, MAX_TAKEN_BYTES, withinBounds } from './effort.ts';
import type { Target } from './target.ts';

export interface Limits {
  readonly seed: number;
  /** The path to one input of the seed, from a finding. */
  readonly path?: string;
  readonly inputs: number;
  readonly ms: number;
  /** Whether time and memory of each input are measured. */
  readonly measures: boolean;
}

export interface Finding {
  readonly target: string;
  readonly input: string;
  readonly problem: string;
  /** The arguments of `npm run test:fuzz` that feed this input again. */
  readonly replay: string;
}

export interface Outcome {
  readonly inputs: number;
  /** The number of inputs by result. */
  readonly results: ReadonlyMap<string, number>;
  /** What inputs are to reach. */
  readonly routes: readonly string[];
  readonly finding?: Finding;
}

/** Ends with the first finding, reduced to its smallest form. Run it again after the fault is fixed, to find others. */
export async function campaign<Input>(target: Target<Input>, limits: Limits): Promise<Outcome> {
  const { seed, path, inputs: numRuns, ms, measures } = limits;
  const results = new Map<string, number>();
  const crashes: unknown[] = [];
  const onCrash = (error: unknown) => crashes.push(error);
  process.on('uncaughtException', onCrash).on('unhandledRejection', onCrash);
  const heap = liveHeap();
  let inputs = 0;
  const opened = await target.open();
  const { routes = [] } = opened;
  try {
    const property = fc.asyncProperty(opened.inputs, async (input) => {
      inputs++;
      const feed = () => opened.feed(input);
      const result = await (measures ? withinBounds(feed) : feed());
      results.set(result, (results.get(result) ?? 0) + 1);
      if (crashes.length > 0) throw new Error(`crashed: ${(crashes.shift() as Error)?.stack}`);
    });
    const details = await fc.check(property, {
      ...{ seed, numRuns, interruptAfterTimeLimit: ms, skipAllAfterTimeLimit: ms * 2 },
      ...(path !== undefined && { path }),
    });
    if (!details.failed || !details.counterexample) return { inputs, results, routes };
    const [input] = details.counterexample;
    const replay = `--only ${target.name} --seed ${details.seed} --path ${details.counterexamplePath}`;
    const problem = String((details.errorInstance as Error | undefined)?.message ?? details.errorInstance);
    return {
      inputs,
      results,
      routes,
      finding: { target: target.name, input: opened.show(input), problem, replay },
    };
  } finally {
    await opened.close();
    process.off('uncaughtException', onCrash).off('unhandledRejection', onCrash);
    const kept = liveHeap() - heap;
    if (kept > MAX_TAKEN_BYTES / 4)
      console.error(`${target.name}: ${Math.round(kept / 2 ** 20)} MiB stay on the heap`);
  }
}
