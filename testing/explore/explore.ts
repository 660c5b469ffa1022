/**
 * Runs an operation's real handlers through every order of crashes, lost leases, duplicates and late events, up to a bound, and
 * reports the first schedule that fails.
 *
 * Schedules are tried by the number of faults in them, so the first one that fails is a shortest one. If there are more schedules
 * than the bound allows, further ones are drawn at random from a seed, which may be longer.
 */
import type { CreateOptions, Definition } from '../../shared/client/definition.ts';
import type { OperationResource } from '../../shared/client/operation-resource.ts';
import type { In, MaybeSchema, NamedSchemas, Schema } from '../../shared/client/schema.ts';
import { type Worker, workerSpecsOf } from '../../shared/worker/operation.ts';
import { Effects } from './effects.ts';
import { type Outcome, runOnce } from './run.ts';
import { type Choices, type Point, Schedule } from './schedule.ts';
import { seeded } from './seeded.ts';

/** How one run ended. */
export interface Explored {
  /** The operation at the end. */
  readonly operation: OperationResource;
  /** The number of operations at the end, by method and state: `{ 'example.v1.Settle SUCCEEDED': 3 }`. */
  readonly operations: Readonly<Record<string, number>>;
  /** The faults that happened, in order. Empty if none did. */
  readonly schedule: readonly string[];
}

/** The options of {@link explore}. */
export interface ExploreOptions extends CreateOptions {
  /** The workers to run. Each is the return value of `operation(definition).steps({ … })`. */
  operations: readonly Worker[];
  /**
   * The objects that the steps call, by name. Their methods are wrapped in place, and their fields are reset before each run. An
   * object whose data is elsewhere needs `reset`.
   */
  effects?: Readonly<Record<string, object>> | undefined;
  /** Hosts of other services, as in the setting ALLOWED_HOSTS of a deployment. Default: none but this machine. */
  allowedHosts?: readonly string[] | undefined;
  /** Resets what is not in `effects`, before each run. */
  reset?: (() => void) | undefined;
  /** Throws if a run ended wrong. */
  check?: ((explored: Explored) => void | Promise<void>) | undefined;
  /** `'same'` (default): every run must end like a run without faults. `'any'`: only `check` decides. */
  outcome?: 'same' | 'any' | undefined;
  /** The largest number of faults in one schedule. Default: 2. */
  faults?: number | undefined;
  /**
   * The largest number of schedules that are tried in order. If there are more, half as many again are drawn at random. Default:
   * 1,000.
   */
  runs?: number | undefined;
  /** The seed of the random schedules. */
  seed?: number | undefined;
}

/** What {@link explore} has done. */
export interface Exploration {
  /** The number of schedules that were run. */
  readonly runs: number;
  /** Whether every schedule within `faults` was run. */
  readonly exhaustive: boolean;
  /** The seed of those that were drawn at random. */
  readonly seed: number;
}

/** A schedule that fails. The message has the schedule, its seed, and what was wrong. */
export class ExplorationError extends Error {
  /** The faults of the schedule, in order. */
  readonly schedule: readonly string[];
  /** The seed, with which the same schedules are drawn again. */
  readonly seed: number;

  constructor(schedule: readonly string[], seed: number, runs: number, cause: unknown) {
    const steps = schedule.length === 0 ? ['nothing happens'] : schedule;
    const why = cause instanceof Error ? cause.message : String(cause);
    super(
      `Schedule ${runs} (seed ${seed}) goes wrong: ${why}\n${steps.map((step) => `  ${step}`).join('\n')}`,
      { cause },
    );
    this.name = 'ExplorationError';
    this.schedule = schedule;
    this.seed = seed;
  }
}

const FAULTS = 2;
const RUNS = 1_000;
const SEED = 1;

/**
 * Runs an operation through every schedule of faults, up to a bound, and checks that each run ends as the one without faults.
 *
 * @example await explore(trip, { route: 'ZRH-LIS', cents: 42_000 }, {
 *   operations: [tripWorker],
 *   effects: { flights, cards },
 *   check: () => assert(Object.keys(cards.charges).length <= 1),
 * });
 * @throws ExplorationError for the first schedule that fails: a shortest one, unless it was drawn at random
 */
export async function explore<
  I extends Schema,
  R extends MaybeSchema,
  M extends MaybeSchema,
  N extends NamedSchemas,
>(of: Definition<I, R, M, N>, input: In<I>, options: ExploreOptions): Promise<Exploration> {
  const explorer = new Explorer(of, input, options);
  try {
    return await explorer.explore();
  } finally {
    explorer.close();
  }
}

class Explorer {
  readonly #of: Definition<any, any, any, any>;
  readonly #input: unknown;
  readonly #options: ExploreOptions;
  readonly #workers;
  readonly #effects: Effects;
  readonly #seed: number;
  #runs = 0;
  #expected: string | undefined;

  constructor(of: Definition<any, any, any, any>, input: unknown, options: ExploreOptions) {
    this.#of = of;
    this.#input = input;
    this.#options = options;
    this.#workers = workerSpecsOf(options.operations);
    this.#effects = new Effects(options.effects ?? {});
    this.#seed = options.seed ?? SEED;
  }

  /** Resets the data of the effects, and removes the wrappers. */
  close(): void {
    this.#effects.reset();
    this.#effects.unwrap();
  }

  async explore(): Promise<Exploration> {
    const { faults = FAULTS, runs = RUNS } = this.#options;
    /** The schedules with the same number of faults, each with the points of its run at which a fault can happen. */
    let level: { choices: Choices; points: readonly Point[] }[] = [await this.#try(new Map())];
    for (let length = 1; length <= faults; length++) {
      const next: typeof level = [];
      for (const { choices, points } of level) {
        for (const longer of extensions(choices, points)) {
          if (this.#runs >= runs) return this.#atRandom(faults, runs);
          next.push(await this.#try(longer));
        }
      }
      level = next;
    }
    return { runs: this.#runs, exhaustive: true, seed: this.#seed };
  }

  /** Tries half as many schedules again, drawn at random, with a fault at any point. */
  async #atRandom(faults: number, runs: number): Promise<Exploration> {
    const random = seeded(this.#seed);
    for (let drawn = 0; drawn < Math.ceil(runs * SHARE_OF_RANDOM); drawn++) {
      let left = faults;
      const schedule = new Schedule((_, options) => {
        if (left === 0 || random() > RATE) return 0;
        left--;
        return 1 + Math.floor(random() * (options - 1));
      });
      await this.#run(schedule);
    }
    return { runs: this.#runs, exhaustive: false, seed: this.#seed };
  }

  async #try(choices: Choices): Promise<{ choices: Choices; points: readonly Point[] }> {
    const schedule = Schedule.of(choices);
    await this.#run(schedule);
    return { choices, points: schedule.points };
  }

  async #run(schedule: Schedule): Promise<void> {
    this.#runs++;
    this.#effects.reset();
    this.#options.reset?.();
    const { dispatch, timeout, ttl, labels, allowedHosts } = this.#options;
    const options = { dispatch, timeout, ttl, labels };
    const request = {
      of: this.#of,
      input: this.#input,
      options,
      workers: this.#workers,
      allowedHosts,
      schedule,
    };
    try {
      await this.#check(await runOnce(request), schedule);
    } catch (error) {
      throw new ExplorationError(schedule.describe(), this.#seed, this.#runs, error);
    }
  }

  async #check({ operation, operations }: Outcome, schedule: Schedule): Promise<void> {
    if (!operation.done)
      throw new Error(
        `the operation is not done, and no timer, message or call is left: ${JSON.stringify(operations)}`,
      );
    const lost = Object.keys(operations).filter((key) => /(RUNNING|WAITING)$/.test(key));
    if (lost.length > 0) throw new Error(`operations have not ended: ${lost.join(', ')}`);
    await this.#options.check?.({ operation, operations, schedule: schedule.describe() });
    if (this.#options.outcome === 'any') return;
    const { response, error } = operation;
    const ended = JSON.stringify({
      response,
      error: error && { code: error.code, message: error.message },
      // Sorted, because the order in which the operations changed is not part of the outcome.
      operations: Object.entries(operations).toSorted(([a], [b]) => (a < b ? -1 : 1)),
    });
    this.#expected ??= ended;
    if (ended !== this.#expected)
      throw new Error(
        `the outcome differs from that of the first run\n  now      ${ended}\n  first    ${this.#expected}`,
      );
  }
}

/** The probability of a fault at each point of a random schedule. */
const RATE = 0.1;
/** The number of random schedules, as a fraction of `runs`. */
const SHARE_OF_RANDOM = 0.5;

/** The schedules with one more fault, after the last fault. */
function* extensions(choices: Choices, points: readonly Point[]): Iterable<Choices> {
  const from = Math.max(-1, ...choices.keys()) + 1;
  for (let place = from; place < points.length; place++) {
    const { options } = points[place] as Point;
    for (let option = 1; option < options.length; option++) yield new Map([...choices, [place, option]]);
  }
}
