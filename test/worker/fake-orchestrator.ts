/** A worker pool with an orchestrator that only takes notes: what a worker says, without the system behind. */

import { externalReader } from '../../shared/worker/external-result.ts';
import { type Worker, workerSpecsOf } from '../../shared/worker/operation.ts';
import type { OperationCalls } from '../../shared/worker/operation-calls.ts';
import { TimerLeases } from '../../shared/worker/timer-leases.ts';
import type { WorkerClock } from '../../shared/worker/worker-clock.ts';
import { WorkerPool } from '../../shared/worker/worker-pool.ts';

export type Event = Record<string, any>;

/** Time that a test moves. */
export class ManualClock implements WorkerClock {
  #now = Date.UTC(2026, 0, 1);
  #timers: { due: number; run: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  after(ms: number, run: () => void): () => void {
    const timer = { due: this.#now + ms, run };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((one) => one !== timer);
    };
  }

  advance(ms: number): void {
    this.#now += ms;
    const due = this.#timers.filter((timer) => timer.due <= this.#now);
    this.#timers = this.#timers.filter((timer) => timer.due > this.#now);
    for (const { run } of due) run();
  }
}

export interface FakeOptions {
  concurrency?: number;
  exposeErrors?: boolean;
  workerName?: string;
  calls?: Partial<OperationCalls>;
}

export function fakeOrchestrator(workers: readonly Worker[], options: FakeOptions = {}) {
  const events: Event[] = [];
  const heartbeats: string[] = [];
  const logged: string[] = [];
  const messages: { acked: boolean; putOffMs: number | undefined }[] = [];
  const clock = new ManualClock();
  const note = (message: string) => void logged.push(message);
  const calls: OperationCalls = {
    async heartbeat(operation, attempt) {
      heartbeats.push(`${operation}#${attempt}`);
      return { taken: true, cancelRequested: false };
    },
    look: async () => ({ taken: true, cancelRequested: false }),
    async apply(event) {
      events.push(event);
      return true;
    },
    children: () => Promise.reject(new Error('there are no further children')),
    isOver: async () => false,
    ...options.calls,
  };
  // As it travels: an absent field is undefined in the worker, and not in the JSON.
  const apply: OperationCalls['apply'] = (event) => calls.apply(JSON.parse(JSON.stringify(event)));
  const pool = new WorkerPool({
    workers: workerSpecsOf(workers),
    parts: {
      calls: { ...calls, apply },
      clock,
      workerName: options.workerName ?? 'w1',
      exposeErrors: options.exposeErrors ?? false,
      log: { debug: note, info: note, warn: note, error: note },
      fetch,
      readExternal: externalReader(fetch),
    },
    leases: new TimerLeases(calls, clock),
    concurrency: options.concurrency ?? 100,
  });
  /** Delivers a signal; its message says what became of it. */
  function deliver(signal: Event) {
    const message = { acked: false, putOffMs: undefined as number | undefined };
    messages.push(message);
    const whole: Event = {
      kind: 'START',
      operation: 'operations/a',
      attempt: '1',
      try: 1,
      leaseDuration: '60s',
      ...signal,
    };
    pool.receive({
      data: Buffer.from(JSON.stringify(whole)),
      attributes: {
        eventId: `${whole.operation}#${whole.attempt}`,
        ...{ operation: whole.operation ?? '', method: whole.method ?? '' },
      },
      ack: () => {
        message.acked = true;
      },
      putOff: (delayMs) => {
        message.putOffMs = delayMs;
      },
    });
    return message;
  }
  return {
    ...{ pool, clock, events, heartbeats, logged, deliver, calls },
    /** Delivers a signal and waits for what comes of it: the events of the attempt. */
    async play(signal: Event): Promise<Event[]> {
      const before = events.length;
      deliver(signal);
      await pool.idle();
      return events.slice(before);
    },
  };
}

const STRUCT = 'type.googleapis.com/google.protobuf.Struct';

export function struct(value: object): object {
  return { '@type': STRUCT, value };
}

/** The RESUME that follows a `waiting`, with what its children ended with. */
export function resumed(waiting: Event, rest: Event = {}): Event {
  return {
    kind: 'RESUME',
    attempt: '2',
    cause: 'CHILDREN',
    waitId: 'w-1',
    resumePoint: waiting.resumePoint,
    checkpoint: waiting.checkpoint,
    ...rest,
  };
}

/** Children as RESUME brings them, in the order of the spawn. */
export function children(
  waiting: Event,
  outcomes: readonly (object | { error: object; outcome?: string })[],
): Event {
  const counts: Record<string, number> = {};
  const first = outcomes.map((one, index) => {
    const spawned = waiting.spawn[index];
    const error = (one as Event).error;
    const outcome = error ? ((one as Event).outcome ?? 'FAILED') : 'SUCCEEDED';
    counts[outcome] = (counts[outcome] ?? 0) + 1;
    const name = `operations/${spawned.operationId}`;
    const key = spawned.key ?? spawned.operationId.slice(spawned.operationId.indexOf('.') + 1);
    return { name, key, outcome, ...(error ? { error } : { response: struct(one) }) };
  });
  return { counts, first, truncated: false };
}
