import type { OperationName } from '../../shared/lifecycle/operation-name.ts';
import type { ChangedNames } from './changed-names.ts';
import type { CommitQueue } from './commit-queue.ts';
import { toFailure } from './failures.ts';
import type { Lead } from './lead.ts';

/** How the calls of a store come to the database. Each rejects with a Failure, or with what the task throws. */
export interface Access {
  /** Runs a task in the transaction under way. */
  write<T>(task: () => T): Promise<T>;
  /** The same for what may be lost with the machine's power, because it is then done once more. */
  writeRepeatable<T>(task: () => T): Promise<T>;
  read<T>(reads: () => T): Promise<T>;
  /** The same for reads of one operation and its open wait. */
  readOf<T>(name: OperationName, reads: () => T): Promise<T>;
}

/** Answers once what was written or read is on disk. */
export function durableAccess(queue: CommitQueue, changed: ChangedNames): Access {
  async function read<T>(reads: () => T): Promise<T> {
    try {
      const value = reads();
      await queue.durable();
      return value;
    } catch (error) {
      throw toFailure(error);
    }
  }
  return {
    write: (task) => queue.run(task),
    writeRepeatable: (task) => queue.runRepeatable(task),
    read,
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

/** Answers at once, as long as the lead goes on. */
export function aheadAccess(queue: CommitQueue, lead: Lead): Access {
  const write = async <T>(task: () => T): Promise<T> => queue.runAhead(lead, task);
  async function read<T>(reads: () => T): Promise<T> {
    queue.requireLead(lead);
    try {
      return reads();
    } catch (error) {
      throw toFailure(error);
    }
  }
  return { write, writeRepeatable: write, read, readOf: (_, reads) => read(reads) };
}
