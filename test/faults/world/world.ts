/**
 * A deterministic world around the orchestrator: virtual time, a bus that delivers at least once, a store that outlives
 * processes, workers, the workflows of waits, and a scheduler that sweeps every minute. A seed and a plan of faults determine
 * everything that happens.
 */
import { handleMessage } from '../../../functions/on-lifecycle-event.ts';
import { openSqliteStore } from '../../../local/sqlite/store.ts';
import { attemptNumber } from '../../../shared/lifecycle/attempt.ts';
import type { OperationName } from '../../../shared/lifecycle/operation-name.ts';
import { externalKey } from '../../../shared/lifecycle/wait.ts';
import { OperationNotFound } from '../../../shared/orchestrator/existing-operation.ts';
import type { Orchestrator } from '../../../shared/orchestrator/orchestrator.ts';
import { Failure } from '../../../shared/orchestrator/ports/failure.ts';
import type { Signal } from '../../../shared/orchestrator/ports/publisher.ts';
import { resumeOperation } from '../../../shared/orchestrator/resume-operation.ts';
import { sweep } from '../../../shared/orchestrator/sweep.ts';
import { seeded } from '../../../testing/explore/seeded.ts';
import { type FaultPlan, NO_FAULT, type PortCall } from '../faults.ts';
import { Violation, Watcher } from '../invariants/always.ts';
import { checkEnd } from '../invariants/at-the-end.ts';
import type { Mutation } from '../mutation.ts';
import type { EventJson, Scenario, Sight, Worker } from '../scenario.ts';
import { VirtualClock } from './clock.ts';
import { Outside, type OutsidePorts } from './outside.ts';
import { Process } from './process.ts';
import type { WorldActs } from './world-acts.ts';
import type { PublishedEvent, WorldView } from './world-view.ts';

const START = 1_700_000_000_000;
const SWEEP_MS = 60_000;
/** The pause before an unacknowledged message is delivered again. */
const REDELIVERY_MS = 10_000;
/** The time limit of a function. */
const FUNCTION_TIMEOUT_MS = 60_000;
/** The pause of the bus after an outage before it delivers again. */
const BUS_BACKOFF_MS = 40_000;
const RESTART_MS = 5_000;
const POLL_MS = 60_000;
/** The interval at which a client polls for the state that it waits for. */
const LOOK_MS = 1_000;
const DEFAULT_WITHIN_MS = 6 * 3_600_000;
const MAX_STEPS = 5_000;
const MAX_CALLS = 5_000;

export interface WorldOptions {
  readonly plan?: FaultPlan;
  readonly seed?: number;
  /** The number of processes that serve the functions. */
  readonly processes?: number;
  /** Whether the bus delivers late, twice and in any order, and calls of ports overtake one another. */
  readonly chaos?: boolean;
  readonly mutation?: Mutation;
}

/** An arrival at the orchestrator: a message or a call. */
interface Arrival {
  readonly what: string;
  readonly handle: (process: Process) => Promise<unknown>;
  /** In milliseconds; absent if no caller repeats it. */
  readonly repeatMs?: number;
}

export class World implements WorldView, WorldActs {
  readonly scenario: Scenario;
  readonly clock = new VirtualClock(START);
  readonly outside: Outside;
  readonly calls: PortCall[] = [];
  readonly published: PublishedEvent[] = [];
  /** The log of the world, for people who examine a failure. */
  readonly trace: string[] = [];
  readonly #options: Required<Omit<WorldOptions, 'mutation'>> & Pick<WorldOptions, 'mutation'>;
  readonly #random: () => number;
  readonly #watcher: Watcher;
  readonly #ready: Arrival[] = [];
  readonly #held: (() => void)[] = [];
  #processes: Process[] = [];
  #turn = 0;
  /** The arrivals that are still to come, or are being handled. */
  #pending = 0;
  #activity = 0;
  #down = false;
  #exhausted = false;
  #busResumes = 0;
  #messages = 0;

  static async run(scenario: Scenario, options: WorldOptions = {}): Promise<World> {
    const store = await openSqliteStore({ now: () => 0 });
    const world = new World(scenario, store, options);
    try {
      await world.#play();
      return world;
    } catch (error) {
      if (error instanceof Error) error.message += `\n${world.trace.slice(-TRACED).join('\n')}`;
      throw error;
    } finally {
      await store.close();
    }
  }

  private constructor(scenario: Scenario, store: OutsidePorts['store'], options: WorldOptions) {
    this.scenario = scenario;
    this.#options = { plan: NO_FAULT, seed: 1, processes: 1, chaos: false, ...options };
    this.#random = seeded(this.#options.seed);
    this.outside = new Outside(store, {
      signal: (signal) => this.#signal(signal, scenario.workers?.[signal.method || this.#methodOf(signal)]),
      call: (url, signal) => this.#signal(signal, scenario.services?.[url]),
    });
    this.#watcher = new Watcher(this);
    this.#processes = Array.from({ length: this.#options.processes }, () => this.#process());
  }

  get store() {
    return this.outside.ports.store;
  }

  /** Stops all processes for this long: no message is handled, and `sweep` does not run. */
  outage(ms: number): void {
    this.note(`everything is down for ${ms / 1000} s`);
    this.#down = true;
    for (const process of this.#processes) process.die();
    this.clock.after(ms, () => {
      this.#down = false;
      this.#processes = this.#processes.map(() => this.#process());
      // The bus has backed off meanwhile, so `sweep` runs before the next delivery.
      this.#busResumes = this.clock.now + BUS_BACKOFF_MS;
      for (const arrival of this.#ready.splice(0)) {
        this.#pending--;
        this.#later(BUS_BACKOFF_MS, () => this.#arrive(arrival));
      }
    });
  }

  /** Repeats the call of a use case while it fails with a temporary error. */
  async call(use: (orchestrator: Orchestrator) => Promise<unknown>): Promise<void> {
    this.#arrive({
      what: 'a call',
      handle: ({ deployment }) => use(deployment.orchestrator),
      repeatMs: REDELIVERY_MS,
    });
  }

  note(text: string): void {
    this.trace.push(`${((this.clock.now - START) / 1000).toFixed(3)} s  ${text}`);
  }

  publish({ operation = '', ...rest }: EventJson, id?: string): void {
    const number = ++this.#messages;
    const eventId = (rest.eventId as string | undefined) ?? id ?? `event-${number}`;
    const event = { operation, eventId, ...rest };
    const type = Object.keys(rest).find((key) => !HEADER.has(key)) ?? '';
    const attempt = rest.attempt as number | undefined;
    const known = {
      operation,
      eventId,
      type,
      ...(attempt !== undefined && { attempt }),
      acknowledged: false,
    };
    this.published.push(known);
    const publishTime = this.clock.now;
    const deliver: Arrival = {
      what: `${type} of ${operation} (${eventId})`,
      handle: async ({ deployment }) => {
        if (this.#options.mutation?.acknowledgesFirst) known.acknowledged = true;
        const seen = this.#options.mutation?.withoutFence ? await this.#unfenced(event) : event;
        const data = Buffer.from(JSON.stringify(seen));
        const message = { data, attributes: {}, messageId: `message-${number}`, publishTime };
        await handleMessage(deployment, message, 'operation-lifecycle');
        known.acknowledged = true;
      },
      ...(!this.#options.mutation?.acknowledgesFirst && { repeatMs: REDELIVERY_MS }),
    };
    this.#sometimeSoon(() => this.#arrive(deliver));
    if (this.#options.chaos && this.#random() < 0.25) this.#sometimeSoon(() => this.#arrive(deliver));
  }

  /** Returns the event with the current attempt and its worker. */
  async #unfenced({ worker: _, ...event }: EventJson): Promise<EventJson> {
    if (event.attempt === undefined) return event;
    const operation = await this.store.operation(event.operation as OperationName);
    return { ...event, attempt: attemptNumber(operation?.attempts ?? []) || event.attempt };
  }

  /** At once, or with chaos within the next seconds. */
  #sometimeSoon(act: () => void): void {
    const { now } = this.clock;
    if (now < this.#busResumes) this.#later(this.#busResumes - now, act);
    else if (!this.#options.chaos) act();
    else this.#later(Math.floor(this.#random() ** 3 * 20_000), act);
  }

  #later(ms: number, act: () => void): void {
    this.#pending++;
    this.clock.after(ms, () => {
      this.#pending--;
      act();
    });
  }

  /** The client polls until the operation is in that state. */
  #onceSeen(sight: Sight | undefined, act: () => void): void {
    if (!sight) {
      act();
      return;
    }
    this.#pending++;
    void this.store.operation(sight.operation as OperationName).then((operation) => {
      this.#activity++;
      this.#pending--;
      if (operation?.state === sight.state) act();
      else this.#later(LOOK_MS, () => this.#onceSeen(sight, act));
    });
  }

  #arrive(arrival: Arrival): void {
    this.#pending++;
    this.#ready.push(arrival);
  }

  /** A signal that is sent before `created` is applied names no method. The worker recognizes the operation. */
  #methodOf({ operation }: Signal): string {
    const created = this.scenario.events.find((event) => event.operation === operation && event.created);
    return (created?.created as { method?: string } | undefined)?.method ?? '';
  }

  #signal(signal: Signal, worker: Worker | undefined): void {
    this.note(`→ ${signal.kind} ${signal.operation} attempt ${signal.attempt} (${signal.eventId})`);
    if (!worker) return;
    const receive = (name: string) => {
      for (const { afterMs = 0, ...event } of worker(signal)) {
        const own = event.operation === undefined || event.operation === signal.operation;
        const isOfAttempt = own && !('created' in event) && !('cancelRequested' in event);
        const stamped = {
          operation: signal.operation,
          ...(isOfAttempt &&
            signal.kind !== 'CANCEL' &&
            signal.leaseMs !== undefined && { attempt: signal.attempt, worker: name }),
          ...event,
        };
        const type = Object.keys(event).find((key) => !HEADER.has(key)) ?? '';
        const id = `${name}-${type}-${afterMs}-${signal.kind === 'RESUME' ? (signal.waitId ?? 'catch') : signal.kind}`;
        if (afterMs === 0) this.publish(stamped, id);
        else this.#later(afterMs, () => this.publish(stamped, id));
      }
    };
    this.#sometimeSoon(() => receive('worker-1'));
    // Signals come at least once: the repeat goes to another worker.
    if (this.#options.chaos && this.#random() < 0.25) this.#sometimeSoon(() => receive('worker-2'));
  }

  #process(): Process {
    const { policy = {} } = this.scenario;
    return new Process({
      ports: this.outside.ports,
      mutation: this.#options.mutation,
      clock: this.clock,
      random: this.#random,
      policy,
      atCall: async (what) => {
        this.#activity++;
        const call = { index: this.calls.length, what };
        this.calls.push(call);
        if (this.calls.length > MAX_CALLS) return this.#tooMuch();
        const fault = this.#options.plan(call);
        if (fault) this.note(`${what} (call ${call.index}) ${fault}`);
        if (this.#options.chaos) await new Promise<void>((resolve) => this.#held.push(resolve));
        return fault;
      },
      called: () => {
        this.#activity++;
      },
    });
  }

  async #play(): Promise<void> {
    const { events, calls = [], withinMs = DEFAULT_WITHIN_MS } = this.scenario;
    for (const { atMs, once, ...event } of events) {
      if (atMs === undefined) this.publish(event);
      else this.#later(atMs, () => this.#onceSeen(once, () => this.publish(event)));
    }
    for (const { atMs, once, call } of calls) {
      this.#later(atMs, () => this.#onceSeen(once, () => void call(this)));
    }
    this.#schedule();
    this.#pollExecutions();
    for (let step = 0; step < MAX_STEPS; step++) {
      await this.#settle();
      if (this.#exhausted) throw new Violation('the work has an end', `${MAX_CALLS} calls were made`);
      await this.#watcher.look();
      if (this.#handleNext()) continue;
      if (this.#pending === 0 && (await this.#isDone())) return checkEnd(this);
      const next = this.clock.next ?? Number.POSITIVE_INFINITY;
      if (next > START + withinMs) throw await this.#unfinished();
      this.clock.moveTo(next);
    }
    throw new Violation('the world comes to rest', `it has not after ${MAX_STEPS} steps`);
  }

  /** Hands one arrival to a process. */
  #handleNext(): boolean {
    if (this.#down || this.#ready.length === 0) return false;
    const index = this.#options.chaos ? Math.floor(this.#random() * this.#ready.length) : 0;
    const [arrival] = this.#ready.splice(index, 1);
    if (!arrival) return false;
    this.note(arrival.what);
    const process = this.#processes[this.#turn++ % this.#processes.length];
    if (process) void this.#handle(process, arrival);
    return true;
  }

  async #handle(process: Process, arrival: Arrival): Promise<void> {
    const timeout = this.clock.sleep(FUNCTION_TIMEOUT_MS);
    const outcome = await Promise.race([
      arrival.handle(process).then(
        () => 'done' as const,
        (error: unknown) => error,
      ),
      process.died.then(() => 'died' as const),
      timeout.then(() => 'too late' as const),
    ]);
    this.#activity++;
    if (outcome === 'died') this.#restart(process);
    if (outcome !== 'done' && this.#isRepeated(arrival, outcome)) {
      this.note(`again: ${arrival.what} (${outcome})`);
      this.#later(arrival.repeatMs ?? 0, () => this.#arrive(arrival));
    }
    this.#pending--;
  }

  #isRepeated({ repeatMs, what }: Arrival, outcome: unknown): boolean {
    if (repeatMs === undefined) return false;
    if (outcome === 'died' || outcome === 'too late') return true;
    if (outcome instanceof Failure) return outcome.kind === 'unavailable' || outcome.kind === 'conflict';
    throw new Violation('nothing but a Failure is thrown', `${what}: ${String(outcome)}`);
  }

  #restart(dead: Process): void {
    const index = this.#processes.indexOf(dead);
    if (index < 0 || this.#down) return;
    this.note('the process died');
    this.#processes[index] = this.#process();
    this.clock.after(RESTART_MS, () => {});
  }

  /** Runs `sweep` like Cloud Scheduler. A failed run is not repeated before the next minute. */
  #schedule(): void {
    this.clock.after(SWEEP_MS, () => {
      this.#schedule();
      if (this.#down) return;
      for (let index = 0; index < this.#processes.length; index++) {
        this.#arrive({
          what: 'sweep',
          handle: ({ deployment }) => sweep(deployment.orchestrator),
        });
      }
    });
  }

  /** Plays the workflow of each wait: it asks whether the wait is over, and reports the children of other services. */
  #pollExecutions(): void {
    this.clock.after(POLL_MS, () => {
      this.#pollExecutions();
      for (const [execution, wait] of this.outside.executions) {
        this.#arrive({
          what: `the workflow ${execution} asks`,
          handle: async ({ deployment }) => {
            const answer = await resumeOperation(deployment.orchestrator, {
              operation: wait.operation,
              waitId: wait.waitId,
              ifDue: true,
              outcomes: wait.externals.flatMap((external) => {
                const end = this.scenario.externals?.[external.name];
                if (!end || this.clock.now < START + end.atMs) return [];
                return [{ key: externalKey(external), outcome: end.outcome }];
              }),
            }).catch((error: unknown) => {
              if (error instanceof OperationNotFound) return { resumed: true };
              throw error;
            });
            if (answer.resumed || ('reason' in answer && answer.reason !== 'PENDING')) {
              this.outside.executions.delete(execution);
            }
          },
        });
      }
    });
  }

  /** Runs until nothing more happens at the current time. */
  async #settle(): Promise<void> {
    for (let quiet = 0; quiet < QUIET_TURNS; ) {
      const before = this.#activity;
      await new Promise((resolve) => setImmediate(resolve));
      if (this.#activity !== before) quiet = 0;
      else if (this.#held.length > 0) this.#releaseOne();
      else quiet++;
    }
  }

  /** Continues one of the held calls at random. Sometimes a new arrival is handled first. */
  #releaseOne(): void {
    if (this.#ready.length > 0 && this.#random() < 0.2 && this.#handleNext()) return;
    const [release] = this.#held.splice(Math.floor(this.#random() * this.#held.length), 1);
    this.#activity++;
    release?.();
  }

  /** Stops a process that makes calls without end. The next step then ends the world. */
  #tooMuch(): Promise<never> {
    this.#exhausted = true;
    return new Promise(() => {});
  }

  async #isDone(): Promise<boolean> {
    const names = Object.keys(this.scenario.ends) as OperationName[];
    const found = await this.store.operations(names);
    const active = [...found.values()].some(({ state }) => state === 'RUNNING' || state === 'WAITING');
    if (active || this.outside.executions.size > 0) return false;
    const ended = names.every((name) => this.scenario.ends[name] === 'NONE' || found.has(name));
    return ended && (await this.store.dueEffects(Number.MAX_SAFE_INTEGER, 1)).length === 0;
  }

  async #unfinished(): Promise<Violation> {
    const found = await this.store.operations(Object.keys(this.scenario.ends) as OperationName[]);
    const states = [...found.values()].map(({ name, state }) => `${name} ${state}`);
    const left = await this.store.dueEffects(Number.MAX_SAFE_INTEGER, 10);
    const effects = left.map(({ operation, effect }) => `${effect.kind} of ${operation}`);
    return new Violation(
      'everything ends',
      `it has not: ${states.join(', ')}; outbox: ${effects.join(', ')}; executions: ${[...this.outside.executions.keys()]}`,
    );
  }
}

const QUIET_TURNS = 3;
const TRACED = 80;
const HEADER = new Set([
  'operation',
  'eventId',
  'attempt',
  'worker',
  'sequence',
  'occurTime',
  'afterMs',
  'atMs',
]);
