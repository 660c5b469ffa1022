import { type Leases, type LeaseTask, SHARE_OF_LEASE } from './leases.ts';
import type { OperationCalls } from './operation-calls.ts';
import type { WorkerClock } from './worker-clock.ts';

/** Renews leases with timers of the main thread: for the push handler, and for tests on virtual time. */
export class TimerLeases implements Leases {
  readonly #calls: Pick<OperationCalls, 'heartbeat'>;
  readonly #clock: WorkerClock;
  readonly #running = new Set<() => void>();

  constructor(calls: Pick<OperationCalls, 'heartbeat'>, clock: WorkerClock) {
    this.#calls = calls;
    this.#clock = clock;
  }

  keep(task: LeaseTask): () => void {
    let ended = false;
    let cancelTimer = () => {};
    const arm = () => {
      cancelTimer = this.#clock.after(task.leaseMs * SHARE_OF_LEASE, () => void renew());
    };
    const renew = async () => {
      // Before the call: a call that is not answered must not delay the next one.
      arm();
      try {
        const { taken, cancelRequested } = await this.#calls.heartbeat(task.operation, task.attempt);
        if (ended) return;
        if (!taken) {
          end();
          return task.holder.abort('LEASE_LOST');
        }
        if (cancelRequested) task.holder.abort('CANCEL');
      } catch {
        // No answer: the next renewal may have one, and the lease is judged by the orchestrator.
      }
    };
    arm();
    const end = () => {
      ended = true;
      cancelTimer();
      this.#running.delete(end);
    };
    this.#running.add(end);
    return end;
  }

  stop(): void {
    for (const end of this.#running) end();
  }
}
