/** The use cases on a store in memory, with a bus, a launcher and a clock that a test can see into and have fail. */
import { openSqliteStore } from '../../local/sqlite/store.ts';
import type { LifecycleEvent, WorkerEvent } from '../../shared/lifecycle/event.ts';
import type { TerminalOperation } from '../../shared/lifecycle/operation.ts';
import type { OperationName } from '../../shared/lifecycle/operation-name.ts';
import { EMPTY_RESPONSE } from '../../shared/lifecycle/result.ts';
import type { OpenWait, WaitTerms } from '../../shared/lifecycle/wait.ts';
import { applyEvent } from '../../shared/orchestrator/apply-event.ts';
import type { CommittedEvent } from '../../shared/orchestrator/committed-event.ts';
import { createOrchestrator } from '../../shared/orchestrator/create-orchestrator.ts';
import { headerAt } from '../../shared/orchestrator/event-header.ts';
import { DEFAULT_POLICY, type Orchestrator } from '../../shared/orchestrator/orchestrator.ts';
import { Failure } from '../../shared/orchestrator/ports/failure.ts';
import type { ResumeSignal, Signal } from '../../shared/orchestrator/ports/publisher.ts';
import type { OperationStore } from '../../shared/orchestrator/ports/store.ts';
import { NO_TIMER } from '../../shared/orchestrator/ports/timer.ts';

export const START = 1_700_000_000_000;

export class Harness {
  readonly store: OperationStore;
  readonly completions: TerminalOperation[] = [];
  readonly signals: Signal[] = [];
  /** Executions that were launched and not stopped, by name. */
  readonly executions = new Map<string, OpenWait>();
  readonly calls: { url: string; signal: ResumeSignal }[] = [];
  readonly orchestrator: Orchestrator;
  /** Called before everything that leaves the orchestrator; throw to have it fail. */
  fault: (what: 'completion' | 'signal' | 'launch' | 'stop' | 'call') => void = () => {};
  launched = 0;
  now = START;
  random = 0.5;
  #eventNumber = 0;

  static async open(
    policy: Partial<Orchestrator['policy']> = {},
    telemetry?: Orchestrator['telemetry'],
  ): Promise<Harness> {
    return new Harness(await openSqliteStore({ now: () => 0 }), policy, telemetry);
  }

  constructor(
    store: OperationStore,
    policy: Partial<Orchestrator['policy']> = {},
    telemetry?: Orchestrator['telemetry'],
  ) {
    this.store = store;
    const attempt = async (what: Parameters<Harness['fault']>[0], act: () => void) => {
      this.fault(what);
      act();
    };
    this.orchestrator = createOrchestrator({
      store,
      publisher: {
        publishCompletion: (operation) => attempt('completion', () => this.completions.push(operation)),
        publishSignal: (signal) => attempt('signal', () => this.signals.push(signal)),
        publishDeadLetter: async () => {},
        close: async () => {},
      },
      launcher: {
        launch: async (wait) => {
          this.fault('launch');
          const name = `execution-${++this.launched}`;
          this.executions.set(name, wait);
          return name;
        },
        isRunning: async (execution) => this.executions.has(execution),
        stop: (execution) => attempt('stop', () => this.executions.delete(execution)),
        close: async () => {},
      },
      resumeCaller: { call: (url, signal) => attempt('call', () => this.calls.push({ url, signal })) },
      now: () => this.now,
      log: { info: () => {}, warn: () => {}, error: () => {} },
      timer: NO_TIMER,
      random: () => this.random,
      telemetry,
      policy: { ...DEFAULT_POLICY, defaultTtl: 86_400_000, ...policy },
    });
  }

  event(
    operation: OperationName,
    body: WorkerEvent,
    eventId = `event-${++this.#eventNumber}`,
  ): LifecycleEvent {
    return { ...headerAt(this.now, operation, eventId), ...body };
  }

  apply(operation: OperationName, body: WorkerEvent, eventId?: string): Promise<CommittedEvent> {
    return applyEvent(this.orchestrator, this.event(operation, body, eventId));
  }

  create(operation: OperationName, parent?: OperationName) {
    return this.apply(operation, { type: 'created', creation: { method: 'm', parent, labels: {} } });
  }

  succeed(operation: OperationName) {
    return this.apply(operation, { type: 'succeeded', response: EMPTY_RESPONSE });
  }

  wait(
    operation: OperationName,
    children: readonly OperationName[],
    terms: Partial<WaitTerms> = {},
    eventId?: string,
  ) {
    return this.apply(operation, waiting(this.now, children, terms), eventId);
  }

  resumes(operation: OperationName): ResumeSignal[] {
    return this.signals.filter(
      (signal): signal is ResumeSignal => signal.kind === 'RESUME' && signal.operation === operation,
    );
  }

  /** What is left in the outbox of any operation. */
  async outbox() {
    return this.store.dueEffects(Number.MAX_SAFE_INTEGER, 1_000);
  }
}

export function waiting(
  now: number,
  children: readonly OperationName[],
  terms: Partial<WaitTerms> = {},
): WorkerEvent {
  return {
    type: 'waiting',
    children,
    spawn: [],
    resumePoint: 'next',
    terms: {
      policy: { kind: 'ALL_DONE' },
      childCount: children.length + (terms.externals?.length ?? 0),
      externals: [],
      deadline: now + 60_000,
      pollFrequency: 10_000,
      ...terms,
    },
  };
}

export function unavailable(): never {
  throw new Failure('unavailable', 'out of reach');
}
