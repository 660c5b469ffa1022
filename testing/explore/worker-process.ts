/**
 * A worker process that can die. After its death nothing that its handlers do has an effect, its leases run out, and
 * its unacknowledged messages are delivered again.
 */

import type { HttpApi } from '../../shared/client/http-api.ts';
import { externalReader } from '../../shared/worker/external-result.ts';
import { HttpOperationCalls, type PublishEvent } from '../../shared/worker/http-operation-calls.ts';
import type { Log } from '../../shared/worker/op.ts';
import type { WorkerSpec } from '../../shared/worker/operation.ts';
import type { LifecycleEvent, OperationCalls } from '../../shared/worker/operation-calls.ts';
import type { Probe, ProbedAttempt } from '../../shared/worker/probe.ts';
import type { Signal } from '../../shared/worker/signal.ts';
import type { SignalMessage } from '../../shared/worker/signal-source.ts';
import { TimerLeases } from '../../shared/worker/timer-leases.ts';
import { WorkerPool } from '../../shared/worker/worker-pool.ts';
import type { TestClock } from '../test-clock.ts';
import { currentAttempt } from './effects.ts';
import type { Schedule } from './schedule.ts';

export interface ProcessParts {
  readonly workers: readonly WorkerSpec[];
  readonly api: HttpApi;
  readonly publish: PublishEvent;
  readonly clock: TestClock;
  readonly schedule: Schedule;
  readonly log: Log;
  /** Called when the process dies: another one starts. */
  died(): void;
}

const CALM = 'nothing';
const CRASH = 'the worker crashes';
const LATE = 'its lease runs out before it arrives';
const TWICE = 'it arrives twice';
const CONCURRENCY = 100;

/** The calls of a worker that reach the orchestrator. A crash between two of them has the same effect wherever it happens. */
const CALLS_WITH_EFFECT = ['checkpoint', 'fetch'];

export class WorkerProcess {
  readonly pool: WorkerPool;
  readonly name: string;
  readonly #parts: ProcessParts;
  readonly #calls: OperationCalls;
  readonly #leases: TimerLeases;
  /** For each running attempt, the function that lets virtual time pass again. */
  readonly #holds = new Map<string, () => void>();
  readonly #silent = new Set<string>();
  isDead = false;

  constructor(name: string, parts: ProcessParts) {
    this.name = name;
    this.#parts = parts;
    this.#calls = new HttpOperationCalls(parts.api, name, parts.publish);
    const { clock, log } = parts;
    const calls: OperationCalls = {
      heartbeat: (...args) => this.#heartbeat(...args),
      look: (...args) => this.#alive(() => this.#calls.look(...args)),
      apply: (event) => this.#apply(event),
      isOver: (operation) => this.#alive(() => this.#calls.isOver(operation)),
      children: (...args) => this.#alive(() => this.#calls.children(...args)),
    };
    this.#leases = new TimerLeases(calls, clock);
    this.pool = new WorkerPool({
      workers: parts.workers,
      parts: {
        calls,
        clock,
        log,
        workerName: name,
        exposeErrors: true,
        probe: this.#probe(),
        fetch: (...args: Parameters<typeof fetch>) => fetch(...args),
        readExternal: externalReader((...args) => fetch(...args)),
      },
      leases: this.#leases,
      concurrency: CONCURRENCY,
      busy: (signal) => this.#busy(signal),
    });
  }

  /** Delivers a signal: once, twice, or later. */
  receive(message: SignalMessage, other: WorkerProcess | undefined): void {
    const { signal = '', operation = '', attempt = '' } = message.attributes;
    const label = `${signal} of attempt ${attempt} of ${operation} is delivered`;
    const chosen = this.#parts.schedule.point(label, [CALM, TWICE]);
    this.pool.receive(this.#mine(message));
    if (chosen === TWICE) other?.pool.receive({ ...message, ack() {}, putOff() {} });
  }

  die(): void {
    if (this.isDead) return;
    this.isDead = true;
    this.#leases.stop();
    for (const release of this.#holds.values()) release();
    this.#parts.died();
  }

  #mine(message: SignalMessage): SignalMessage {
    return {
      ...message,
      ack: () => {
        if (!this.isDead) message.ack();
      },
      putOff: (delayMs) => {
        if (!this.isDead) message.putOff(delayMs);
      },
    };
  }

  #busy({ operation, attempt }: Signal): () => void {
    const key = `${operation}#${attempt}`;
    const release = this.#parts.clock.hold();
    this.#holds.set(key, release);
    return () => {
      release();
      this.#holds.delete(key);
    };
  }

  #probe(): Probe {
    return {
      step: (attempt, run) => {
        const around = {
          before: (call: string) => this.#crashOr(`before ${call}`, attempt),
          after: (call: string) => this.#crashOr(`after ${call}`, attempt),
        };
        return currentAttempt.run(around, run);
      },
      before: (attempt, call) => this.#crashIn(`before op.${call}`, attempt),
      after: (attempt, call) => {
        if (CALLS_WITH_EFFECT.includes(call)) this.#crashIn(`after op.${call}`, attempt);
      },
    };
  }

  /** Returns a promise that never settles if the attempt is dead. */
  #crashOr(place: string, attempt: ProbedAttempt): Promise<never> | undefined {
    if (!this.isDead && this.#parts.schedule.point(labelOf(place, attempt), [CALM, CRASH]) === CRASH)
      this.die();
    return this.isDead ? NEVER() : undefined;
  }

  /** A synchronous call cannot be held. It throws, and every later call throws too. */
  #crashIn(place: string, attempt: ProbedAttempt): void {
    if (!this.isDead && this.#parts.schedule.point(labelOf(place, attempt), [CALM, CRASH]) === CRASH)
      this.die();
    if (this.isDead) throw new Error('the worker of this attempt is dead');
  }

  async #heartbeat(operation: string, attempt: number, catchPoint?: string) {
    if (this.isDead || this.#silent.has(`${operation}#${attempt}`)) return NEVER();
    return this.#alive(() => this.#calls.heartbeat(operation, attempt, catchPoint));
  }

  async #apply(event: LifecycleEvent): Promise<boolean> {
    if (this.isDead) return NEVER();
    const { operation, attempt } = event;
    const label = `"${typeOf(event)}" of attempt ${attempt} of ${operation}`;
    const chosen = this.#parts.schedule.point(`${label} is sent`, [CALM, CRASH, LATE]);
    if (chosen === CRASH) {
      this.die();
      return NEVER();
    }
    if (chosen === LATE) await this.#outlive(`${operation}#${attempt}`);
    const applied = await this.#alive(() => this.#calls.apply(event));
    const then = this.#parts.schedule.point(`${label} is applied`, [CALM, CRASH, TWICE]);
    if (then === CRASH) {
      this.die();
      return NEVER();
    }
    if (then === TWICE) await this.#parts.publish(Buffer.from(JSON.stringify(event)));
    return applied;
  }

  /** Sends nothing for longer than any lease, while time passes. */
  async #outlive(attempt: string): Promise<void> {
    this.#silent.add(attempt);
    this.#holds.get(attempt)?.();
    await this.#parts.clock.sleep(LONGEST_LEASE_MS + 1_000);
  }

  async #alive<T>(run: () => Promise<T>): Promise<T> {
    const result = await run();
    return this.isDead ? NEVER() : result;
  }
}

/** The largest `dispatch.lease`. */
const LONGEST_LEASE_MS = 3_600_000;

const NEVER = (): Promise<never> => new Promise(() => {});

function labelOf(place: string, { operation, attempt, step }: ProbedAttempt): string {
  return `${place} in step "${step}" of attempt ${attempt} of ${operation}`;
}

function typeOf(event: LifecycleEvent): string {
  const header = ['operation', 'eventId', 'attempt', 'worker', 'sequence'];
  return Object.keys(event).find((key) => !header.includes(key)) ?? '';
}
