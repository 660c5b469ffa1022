import type { Database, Instance, MutationSet, Spanner } from '@google-cloud/spanner';

/** An open database, and the client that it belongs to. */
export interface Connection {
  readonly spanner: Spanner;
  readonly instance: Instance;
  readonly database: Database;
  newMutations(): MutationSet;
  close(): Promise<void>;
}
