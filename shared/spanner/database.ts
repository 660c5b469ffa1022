import type { Database, Instance, MutationSet, Spanner } from '@google-cloud/spanner';
import { CALL } from './call.ts';
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
  // The client hands all of its options on, though its type doesn't name this one.
  const options = { projectId: project, clientConfig: CLIENT_CONFIG };
  const spanner = new Spanner(options);
  const at = spanner.instance(instance);
  const opened = at.database(database);
  // Sessions that can't be made are told twice: to the call that needs one, and here, where to ignore it ends the process.
  opened.on('error', () => undefined);
  return { spanner, instance: at, database: opened, newMutations: () => new MutationSet() };
}

/** Calls that the client makes by itself, to which no call of ours could give the limit. */
const OWN_CALLS = ['BatchCreateSessions', 'CreateSession', 'GetSession', 'DeleteSession', 'BeginTransaction'];

const CLIENT_CONFIG = {
  interfaces: {
    'google.spanner.v1.Spanner': {
      methods: Object.fromEntries(OWN_CALLS.map((method) => [method, { timeout_millis: CALL.timeout }])),
    },
  },
};
