import type { Database, Instance, MutationSet, Spanner } from '@google-cloud/spanner';
import { onEmulator, prepareForEmulator } from './emulator.ts';

/** Where the tables are. */
export interface SpannerLocation {
  readonly project: string;
  readonly instance: string;
  readonly database: string;
  /** The name of the main table, with which the names of the others begin. */
  readonly table?: string;
}

export interface Connection {
  readonly spanner: Spanner;
  readonly instance: Instance;
  readonly database: Database;
  readonly newMutations: () => MutationSet;
}

/** The client is imported here and not before: that alone takes half a second of a cold start. */
export async function connect({ project, instance, database }: SpannerLocation): Promise<Connection> {
  if (onEmulator()) prepareForEmulator();
  const { MutationSet, Spanner } = await import('@google-cloud/spanner');
  const spanner = new Spanner({ projectId: project });
  const at = spanner.instance(instance);
  return { spanner, instance: at, database: at.database(database), newMutations: () => new MutationSet() };
}
