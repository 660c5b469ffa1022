/**
 * The orchestrator of the events, which is ahead of the disk: what follows from an event is decided and written while the event's
 * own transaction is under way, most often in the same one. So a chain of events costs one synchronization with the disk. Calls of the
 * Operations API that change one operation are events too.
 *
 * Invariant: nothing leaves the process before it is on disk. The bus delivers to others what is safe, and publishers and callers are
 * answered then; workflows that call other services, and resume methods, are called then.
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
 * How long each event waits for the disk after a transaction was rolled back, in milliseconds: meanwhile what one event cannot have
 * costs no other event anything.
 */
const CAREFUL_MS = 60_000;

export interface EventOrchestratorOptions {
  readonly database: Database;
  readonly bus: Bus;
  /** Those of an orchestrator that waits for the disk. */
  readonly ports: Ports;
  readonly publisherOf: (lead: Lead) => Publisher;
}

interface Ahead {
  readonly orchestrator: Orchestrator;
  readonly lead: Lead;
}

export class EventOrchestrator implements ChangingCalls {
  readonly #options: EventOrchestratorOptions;
  /** The one that waits for the disk. */
  readonly #careful: Orchestrator;
  #ahead: Ahead | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(careful: Orchestrator, options: EventOrchestratorOptions) {
    this.#careful = careful;
    this.#options = options;
    this.#goAhead();
  }

  get isAhead(): boolean {
    return this.#ahead !== undefined;
  }

  /** For an event that comes now. */
  get current(): Orchestrator {
    return this.#ahead?.orchestrator ?? this.#careful;
  }

  /**
   * Runs the call ahead of the disk and answers once all that it read and wrote is on disk. Where the transaction is rolled back, the
   * call is run again, and then waits for the disk itself.
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
      // After a failed synchronization the second run would be refused as well.
      if (queue.isBroken || this.#closed) throw error;
      return call(careful);
    }
    if ('error' in settled) throw settled.error;
    return settled.value;
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #goAhead(): void {
    const { database, ports, publisherOf } = this.#options;
    const { queue, store, folder } = database;
    const { lead } = queue;
    // In memory there is no disk to be ahead of.
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

  /** A transaction was rolled back: messages that were handled in it are handled again. */
  #goBack(): void {
    this.#ahead = undefined;
    if (this.#closed) return;
    this.#options.bus.restore();
    // Calls whose event is committed may have lost its effects, which nobody else would carry out for half a minute.
    deliverAll(this.#careful).catch(() => {});
    this.#timer = setTimeout(() => this.#goAhead(), CAREFUL_MS).unref();
  }
}

/** Workflows run in this process. One without children of other services calls nothing for a minute. */
function launcherAhead(launcher: WorkflowLauncher, queue: CommitQueue): WorkflowLauncher {
  return {
    async launch(wait, method) {
      if (wait.externals.length > 0) await queue.durable();
      return launcher.launch(wait, method);
    },
    isRunning: (execution) => launcher.isRunning(execution),
    // Not waited for: the end of the process ends the workflow as well.
    async stop(execution) {
      const durable = queue.durable();
      if (durable) durable.then(() => launcher.stop(execution)).catch(() => {});
      else await launcher.stop(execution);
    },
    close: () => launcher.close(),
  };
}
