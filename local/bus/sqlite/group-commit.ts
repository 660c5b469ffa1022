import type { Database, Statement } from 'libsql';

interface Job {
  /** Only touches the database: it may run again. */
  readonly work: () => unknown;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

type Attempt =
  | { readonly outcome: 'committed'; readonly values: readonly unknown[] }
  /** One job threw. */
  | { readonly outcome: 'refused'; readonly job: Job; readonly error: unknown }
  /** The database took none of it. */
  | { readonly outcome: 'aborted'; readonly error: unknown };

/**
 * Transactions that share commits: all work that is asked for while the event loop is busy runs in one transaction, and
 * pays together for the one write that has to reach the disk.
 *
 * 1. Nobody hears of success before the commit is on disk (with `synchronous=FULL`).
 * 2. Work is serial, and settles in the order in which it was asked for.
 * 3. Work that throws changes nothing, and the others do not notice.
 */
export class GroupCommit {
  readonly #database: Database;
  readonly #begin: Statement;
  readonly #end: Statement;
  #jobs: Job[] = [];

  constructor(database: Database) {
    this.#database = database;
    this.#begin = database.prepare('BEGIN IMMEDIATE');
    this.#end = database.prepare('COMMIT');
  }

  /** Runs the work in the next transaction; its result, once that is committed. */
  run<T>(work: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      // One turn of the event loop: whatever else is ready by then comes along.
      if (this.#jobs.push({ work, resolve: resolve as Job['resolve'], reject }) === 1) {
        setImmediate(() => this.#commit());
      }
    });
  }

  #commit(): void {
    let jobs = this.#jobs;
    this.#jobs = [];
    while (jobs.length > 0) {
      const attempt = this.#attempt(jobs);
      switch (attempt.outcome) {
        case 'committed':
          for (const [index, job] of jobs.entries()) job.resolve(attempt.values[index]);
          return;
        case 'aborted':
          for (const job of jobs) job.reject(attempt.error);
          return;
        case 'refused':
          // Rare enough to do the others again without it, instead of a savepoint for each.
          attempt.job.reject(attempt.error);
          jobs = jobs.filter((job) => job !== attempt.job);
      }
    }
  }

  #attempt(jobs: readonly Job[]): Attempt {
    let job: Job | undefined;
    try {
      this.#begin.run();
      const values: unknown[] = [];
      for (job of jobs) values.push(job.work());
      job = undefined;
      this.#end.run();
      return { outcome: 'committed', values };
    } catch (error) {
      if (this.#database.inTransaction) this.#database.exec('ROLLBACK');
      return job ? { outcome: 'refused', job, error } : { outcome: 'aborted', error };
    }
  }
}
