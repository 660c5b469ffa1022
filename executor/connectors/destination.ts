/** The destination of the calls of one API. */
export interface Destination {
  readonly rootUrl: string;
  /** Whether the calls have credentials. Emulators need none. */
  readonly authorized: boolean;
}

export interface DestinationSettings {
  /** The environment variables, including those of the emulators. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly allowGoogle: boolean;
}

/** Arguments that choose a regional endpoint of an API whose methods have no such parameter. */
export const ENDPOINT_ARGUMENTS: readonly string[] = ['location', 'region'];

/** The conventional environment variable for an emulator of the API. */
const EMULATORS: ReadonlyMap<string, string> = new Map([
  ['bigquery', 'BIGQUERY_EMULATOR_HOST'],
  ['cloudtasks', 'CLOUD_TASKS_EMULATOR_HOST'],
  ['firestore', 'FIRESTORE_EMULATOR_HOST'],
  ['pubsub', 'PUBSUB_EMULATOR_HOST'],
  ['secretmanager', 'SECRET_MANAGER_EMULATOR_HOST'],
  ['spanner', 'SPANNER_EMULATOR_HOST'],
  ['storage', 'STORAGE_EMULATOR_HOST'],
]);

export function emulatorVariable(api: string): string | undefined {
  return EMULATORS.get(api);
}

/** Returns undefined if no emulator of the API is set and calls to Google are not allowed. */
export function destinationOf(
  api: string,
  rootUrl: string,
  settings: DestinationSettings,
): Destination | undefined {
  const variable = EMULATORS.get(api);
  const emulator = variable === undefined ? undefined : settings.env[variable];
  if (emulator !== undefined && emulator !== '') {
    return { rootUrl: emulatorUrl(api, emulator), authorized: false };
  }
  return settings.allowGoogle ? { rootUrl, authorized: true } : undefined;
}

/** `host:port`, or a URL. Spanner's variable names the gRPC port; its REST port is the next multiple of ten. */
function emulatorUrl(api: string, host: string): string {
  const url = new URL(host.includes('://') ? host : `http://${host}`);
  if (api === 'spanner' && url.port === '9010') url.port = '9020';
  return url.origin;
}
