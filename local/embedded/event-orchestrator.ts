/**
 * The orchestrator of the events, which is ahead of the disk: what follows from an event is decided and written while the event's
 * own transaction is under way, most often in the same one. So a chain of events costs one synchronization with the disk.
 *
 * Invariant: nothing leaves the process before it is on disk. The bus delivers to others what is safe, and publishers are answered
 * then; workflows that call other services, and resume methods, are called then.
 */
import { createOrchestrator } from '../../shared/orchestrator/create-orchestrator.ts';
import type { Orchestrator, Ports } from '../../shared/orchestrator/orchestrator.ts';
import type { WorkflowLauncher } from '../../shared/orchestrator/ports/launcher.ts';
import type { Publisher } from '../../shared/orchestrator/ports/publisher.ts';
import type { Bus } from '../bus/bus.ts';
import type { CommitQueue } from '../sqlite/commit-queue.ts';
import type { Lead } from '../sqlite/lead.ts';
import type { Database } from './database.ts';

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

export class EventOrchestrator {
  readonly #options: EventOrchestratorOptions;
  /** The one that waits for the disk. */
  readonly #careful: Orchestrator;
  #ahead: Orchestrator | undefined;
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
    return this.#ahead ?? this.#careful;
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
    this.#ahead = createOrchestrator({
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
    lead.onEnd(() => this.#goBack());
  }

  /** A transaction was rolled back: messages that were handled in it are handled again. */
  #goBack(): void {
    this.#ahead = undefined;
    if (this.#closed) return;
    this.#options.bus.restore();
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
