/**
 * Applies events, and calls of the Operations API that change one operation, ahead of the disk: the effects of an event are carried
 * out before its transaction is durable, mostly in the same transaction. So a chain of events costs one synchronization with the disk.
 *
 * Invariant: nothing leaves the process before it is durable. The bus answers publishers and delivers messages to other subscribers
 * after the synchronization. API calls are answered, resume methods called, and workflows that poll other services launched after it
 * too.
 */
import type { ChangingCalls } from '../../shared/operations-api/changing-calls.ts';
import { createOrchestrator } from '../../shared/orchestrator/create-orchestrator.ts';
import type { Orchestrator, Ports } from '../../shared/orchestrator/orchestrator.ts';
import type { WorkflowLauncher } from '../../shared/orchestrator/ports/launcher.ts';
import type { Publisher } from '../../shared/orchestrator/ports/publisher.ts';
import type { Bus } from '../bus/bus.ts';
import type { CommitQueue } from '../sqlite/commit-queue.ts';
import type { Lead } from '../sqlite/lead.ts';
import type { Database } from './database.ts';
import { deliverAll } from './recovery.ts';

/**
 * How long events wait for the disk after a rollback, in milliseconds. Each event is then a task of its own, so an event that cannot be
 * written does not affect other events.
 */
const CAREFUL_MS = 60_000;

/** The pause between a rollback and the delivery of the effects that it left in the outbox, in milliseconds. It doubles. */
const FIRST_DELIVERY_PAUSE_MS = 100;
const LONGEST_DELIVERY_PAUSE_MS = 5_000;

export interface EventOrchestratorOptions {
  readonly database: Database;
  readonly bus: Bus;
  /** The ports of an orchestrator that waits for the disk. */
  readonly ports: Ports;
  readonly publisherOf: (lead: Lead) => Publisher;
}

interface Ahead {
  readonly orchestrator: Orchestrator;
  readonly lead: Lead;
}

export class EventOrchestrator implements ChangingCalls {
  readonly #options: EventOrchestratorOptions;
  /** The orchestrator that waits for the disk. */
  readonly #careful: Orchestrator;
  #ahead: Ahead | undefined;
  #timer: NodeJS.Timeout | undefined;
  #deliveryTimer: NodeJS.Timeout | undefined;
  #deliveryPauseMs = FIRST_DELIVERY_PAUSE_MS;
  #closed = false;

  constructor(careful: Orchestrator, options: EventOrchestratorOptions) {
    this.#careful = careful;
    this.#options = options;
    options.database.queue.join({ rolledBack: () => this.#deliverSoon() });
    this.#goAhead();
  }

  get isAhead(): boolean {
    return this.#ahead !== undefined;
  }

  /** The orchestrator that applies the next event. */
  get current(): Orchestrator {
    return this.#ahead?.orchestrator ?? this.#careful;
  }

  /**
   * Runs the call ahead of the disk, and resolves once everything that it read and wrote is durable. If the transaction is rolled back,
   * the call runs again on `careful`, which waits for the disk.
   */
  async run<T>(careful: Orchestrator, call: (orchestrator: Orchestrator) => Promise<T>): Promise<T> {
    const ahead = this.#ahead;
    if (!ahead) return call(careful);
    const { queue } = this.#options.database;
    const settled = await call(ahead.orchestrator).then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    );
    try {
      ahead.lead.require();
      await queue.durable();
    } catch (error) {
      // After a failed synchronization, the store would refuse the second run too.
      if (queue.isBroken || this.#closed) throw error;
      return call(careful);
    }
    if ('error' in settled) throw settled.error;
    return settled.value;
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#deliveryTimer);
  }

  #goAhead(): void {
    const { database, ports, publisherOf } = this.#options;
    const { queue, store, folder } = database;
    const { lead } = queue;
    // A database in memory does not wait for a disk.
    if (!folder || lead.hasEnded) return;
    const orchestrator = createOrchestrator({
      ...ports,
      store: store.ahead(lead),
      publisher: publisherOf(lead),
      launcher: launcherAhead(ports.launcher, queue),
      resumeCaller: {
        call: async (...call) => {
          await queue.durable();
          return ports.resumeCaller.call(...call);
        },
      },
    });
    this.#ahead = { orchestrator, lead };
    lead.onEnd(() => this.#goBack());
  }

  /** After a rollback: the bus delivers the messages again that were handled in the transaction. */
  #goBack(): void {
    this.#ahead = undefined;
    if (this.#closed) return;
    this.#options.bus.restore();
    this.#timer = setTimeout(() => this.#goAhead(), CAREFUL_MS).unref();
  }

  /**
   * After a rollback: a call whose event is committed may have failed to carry out its effects. A sweep would carry them out half a
   * minute later, and until then refuse each repetition of the call.
   */
  #deliverSoon(): void {
    if (this.#closed || this.#deliveryTimer) return;
    this.#deliveryTimer = setTimeout(() => void this.#deliver(), this.#deliveryPauseMs).unref();
  }

  async #deliver(): Promise<void> {
    this.#deliveryTimer = undefined;
    if (this.#options.database.queue.isBroken) return;
    await deliverAll(this.#careful).catch(() => {});
    // Another rollback meanwhile, as on a disk that is still full.
    const isAgain = this.#deliveryTimer !== undefined;
    this.#deliveryPauseMs = isAgain
      ? Math.min(LONGEST_DELIVERY_PAUSE_MS, this.#deliveryPauseMs * 2)
      : FIRST_DELIVERY_PAUSE_MS;
  }
}

/**
 * Launches workflows ahead of the disk. They run in this process. A workflow of a wait without children of other services calls no
 * service before the transaction is durable, because its first poll comes after a minute.
 */
function launcherAhead(launcher: WorkflowLauncher, queue: CommitQueue): WorkflowLauncher {
  return {
    async launch(wait, method) {
      if (wait.externals.length > 0) await queue.durable();
      return launcher.launch(wait, method);
    },
    isRunning: (execution) => launcher.isRunning(execution),
    // The caller does not wait: if the process ends first, the workflow ends with it.
    async stop(execution) {
      const durable = queue.durable();
      if (durable) durable.then(() => launcher.stop(execution)).catch(() => {});
      else await launcher.stop(execution);
    },
    close: () => launcher.close(),
  };
}
