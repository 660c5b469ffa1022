import { CALL } from './call.ts';
import type { Connection } from './connection.ts';
import { onEmulator, prepareForEmulator } from './emulator.ts';

/** Where the tables are. */
export interface SpannerLocation {
  readonly project: string;
  readonly instance: string;
  readonly database: string;
  /** The name of the main table, with which the names of the others begin. */
  readonly table?: string;
}

/** The client is imported here and not before: that alone takes half a second of a cold start. */
export async function connect({ project, instance, database }: SpannerLocation): Promise<Connection> {
  if (onEmulator()) prepareForEmulator();
  const { MutationSet, Spanner } = await import('@google-cloud/spanner');
  // The client hands all of its options on, though its type doesn't name this one.
  // Its own metrics would be exported every minute, for which the accounts of the functions have no role.
  const options = { projectId: project, clientConfig: CLIENT_CONFIG, disableBuiltInMetrics: true };
  const spanner = new Spanner(options);
  const at = spanner.instance(instance);
  const opened = at.database(database);
  // A session that can't be made is told to the call that needs it, and here again: ignored, that ends the process.
  opened.on('error', () => undefined);
  return {
    ...{ spanner, instance: at, database: opened },
    newMutations: () => new MutationSet(),
    async close() {
      await opened.close();
      spanner.close();
    },
  };
}

/** Calls that the client library makes on its own, which take no limit from us. */
const OWN_CALLS = ['BatchCreateSessions', 'CreateSession', 'GetSession', 'DeleteSession', 'BeginTransaction'];

const CLIENT_CONFIG = {
  interfaces: {
    'google.spanner.v1.Spanner': {
      methods: Object.fromEntries(OWN_CALLS.map((method) => [method, { timeout_millis: CALL.timeout }])),
    },
  },
};
