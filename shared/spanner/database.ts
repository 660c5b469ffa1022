import { CALL } from './call.ts';
import type { Connection } from './connection.ts';
import { onEmulator, prepareForEmulator } from './emulator.ts';

/** The database that holds the tables. */
export interface SpannerLocation {
  readonly project: string;
  readonly instance: string;
  readonly database: string;
  /** The name of the main table, with which the names of the others begin. */
  readonly table?: string;
}

/** Imports the client library at the first call, because loading it takes half a second of a cold start. */
export async function connect({ project, instance, database }: SpannerLocation): Promise<Connection> {
  if (onEmulator()) prepareForEmulator();
  const { MutationSet, Spanner } = await import('@google-cloud/spanner');
  // Turns off the metrics of the client library, because the service accounts of the functions may not export them. The client passes
  // this option on, although its type does not declare it.
  const options = { projectId: project, clientConfig: CLIENT_CONFIG, disableBuiltInMetrics: true };
  const spanner = new Spanner(options);
  const at = spanner.instance(instance);
  const open = () => {
    const one = at.database(database);
    // An error of creating a session is reported to the call that needs the session, and here again. Without a listener, it ends the
    // process.
    one.on('error', () => undefined);
    return one;
  };
  let opened = open();
  return {
    spanner,
    instance: at,
    get database() {
      return opened;
    },
    newMutations: () => new MutationSet(),
    renew(lost) {
      if (lost !== opened) return;
      // Its sessions are gone, so closing them may fail. The instance forgets the database at once.
      lost.close().catch(() => undefined);
      opened = open();
    },
    async close() {
      await opened.close();
      spanner.close();
    },
  };
}

/** Calls that the client library makes by itself, and that take no time limit from the store. */
const OWN_CALLS = ['BatchCreateSessions', 'CreateSession', 'GetSession', 'DeleteSession', 'BeginTransaction'];

const CLIENT_CONFIG = {
  interfaces: {
    'google.spanner.v1.Spanner': {
      methods: Object.fromEntries(OWN_CALLS.map((method) => [method, { timeout_millis: CALL.timeout }])),
    },
  },
};
