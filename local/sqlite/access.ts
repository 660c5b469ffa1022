import type { OperationName } from '../../shared/lifecycle/operation-name.ts';
import type { ChangedNames } from './changed-names.ts';
import type { CommitQueue } from './commit-queue.ts';
import { toFailure } from './failures.ts';
import type { Lead } from './lead.ts';
import { RolledBack } from './rolled-back.ts';
import { UnwrittenRows } from './unwritten-rows.ts';

/** How the calls of a store reach the database. Each rejects with a Failure, or with the error of the task. */
export interface Access {
  /** Runs a task in the open transaction of the commit queue. */
  write<T>(task: () => T): Promise<T>;
  /** Like `write`, and resolves with what `answer` makes of the value. `answer` is no part of the transaction. */
  writeFor<T, A>(task: () => T, answer: (value: T) => A): Promise<A>;
  /** Like `write`, for a write that a power failure may lose, because the caller repeats it then. */
  writeRepeatable<T>(task: () => T): Promise<T>;
  read<T>(reads: () => T): Promise<T>;
  /** Like `read`, for reads of one operation and its open wait. */
  readOf<T>(name: OperationName, reads: () => T): Promise<T>;
}

/** How often a read is tried while the transactions that it reads are rolled back. */
const MAX_TRIES = 3;

/** Answers once the data that was written or read is durable. */
export function durableAccess(queue: CommitQueue, changed: ChangedNames): Access {
  /** Reads again where another task or the disk has broken the transaction that was read. */
  async function read<T>(reads: () => T, triesLeft = MAX_TRIES): Promise<T> {
    try {
      const value = reads();
      await queue.durable();
      return value;
    } catch (error) {
      if (error instanceof UnwrittenRows) queue.undo(error);
      else if (!(error instanceof RolledBack)) throw toFailure(error);
      if (triesLeft > 1) return read(reads, triesLeft - 1);
      throw error instanceof UnwrittenRows ? new RolledBack(toFailure(error)) : error;
    }
  }
  return {
    write: (task) => queue.run(task),
    writeFor: (task, answer) => queue.run(task).then(answer),
    writeRepeatable: (task) => queue.runRepeatable(task),
    read: (reads) => read(reads),
    async readOf(name, reads) {
      if (changed.has(name) || queue.isBroken) return read(reads);
      try {
        return reads();
      } catch (error) {
        throw toFailure(error);
      }
    },
  };
}

/** Answers at once, ahead of the disk. Rejects after the lead has ended. */
export function aheadAccess(queue: CommitQueue, lead: Lead): Access {
  const write = async <T>(task: () => T): Promise<T> => queue.runAhead(lead, task);
  async function read<T>(reads: () => T): Promise<T> {
    queue.requireLead(lead);
    try {
      return reads();
    } catch (error) {
      if (error instanceof UnwrittenRows) queue.undo(error);
      queue.requireLead(lead);
      throw toFailure(error);
    }
  }
  return {
    write,
    writeFor: async (task, answer) => answer(queue.runAhead(lead, task)),
    writeRepeatable: write,
    read,
    readOf: (_, reads) => read(reads),
  };
}
