import type { Database, Instance, MutationSet, Spanner } from '@google-cloud/spanner';
import { isSessionLost } from './failures.ts';

/** An open database, and the client that it belongs to. */
export interface Connection {
  readonly spanner: Spanner;
  readonly instance: Instance;
  /** The open database with its sessions. Another one after `renew`, so read it again for each call. */
  readonly database: Database;
  newMutations(): MutationSet;
  /** Opens the database again, with new sessions. Does nothing if `lost` is no longer the open one. */
  renew(lost: Database): void;
  close(): Promise<void>;
}

/**
 * Runs the work, and once more with new sessions if Spanner has deleted the session: it then has not carried out the call. The client
 * library would use its one session in vain until it refreshes it, which is once a week.
 */
export async function inOpenDatabase<T>(
  connection: Connection,
  work: (database: Database) => Promise<T>,
): Promise<T> {
  const { database } = connection;
  try {
    return await work(database);
  } catch (error) {
    if (!isSessionLost(error)) throw error;
    connection.renew(database);
    return work(connection.database);
  }
}
