/** The kinds of resources that deploy.sh creates: the words of their commands, their API, and the form of their names. */
import type { Command } from './command.ts';

export interface Collection {
  /** The words of the gcloud command: `pubsub topics`. */
  readonly group: string;
  /** The API that has to be enabled. */
  readonly api: string;
  /** The full name that the API gives the resource. */
  nameOf(id: string, command: Command): string;
}

export const PROJECT = 'projects/sample-project';
export const NUMBER = '123456789012';

const inProject = (kind: string) => (id: string) => `${PROJECT}/${kind}/${id}`;
const inLocation =
  (kind: string) =>
  (id: string, { flags }: Command) =>
    `${PROJECT}/locations/${flags.get('location') ?? flags.get('region')}/${kind}/${id}`;
const itself = (id: string) => id;

export const COLLECTIONS: readonly Collection[] = [
  { group: 'iam service-accounts', api: 'iam', nameOf: itself },
  { group: 'iam roles', api: 'iam', nameOf: inProject('roles') },
  { group: 'pubsub topics', api: 'pubsub', nameOf: inProject('topics') },
  { group: 'pubsub subscriptions', api: 'pubsub', nameOf: inProject('subscriptions') },
  { group: 'artifacts repositories', api: 'artifactregistry', nameOf: inLocation('repositories') },
  // Secret Manager names a project by its number.
  { group: 'secrets', api: 'secretmanager', nameOf: (id) => `projects/${NUMBER}/secrets/${id}` },
  { group: 'functions', api: 'cloudfunctions', nameOf: inLocation('functions') },
  { group: 'run services', api: 'run', nameOf: itself },
  { group: 'workflows', api: 'workflows', nameOf: inLocation('workflows') },
  { group: 'scheduler jobs', api: 'cloudscheduler', nameOf: inLocation('jobs') },
  { group: 'tasks queues', api: 'cloudtasks', nameOf: inLocation('queues') },
  { group: 'spanner instances', api: 'spanner', nameOf: inProject('instances') },
  { group: 'spanner databases', api: 'spanner', nameOf: inProject('instances/lro/databases') },
  { group: 'spanner backups', api: 'spanner', nameOf: inProject('instances/lro/backups') },
  {
    group: 'spanner backup-schedules',
    api: 'spanner',
    nameOf: inProject('instances/lro/databases/lro/backupSchedules'),
  },
  { group: 'logging metrics', api: 'logging', nameOf: itself },
  { group: 'monitoring policies', api: 'monitoring', nameOf: inProject('alertPolicies') },
  {
    group: 'monitoring dashboards',
    api: 'monitoring',
    nameOf: (id) => `projects/${NUMBER}/dashboards/${id}`,
  },
  { group: 'kms keys', api: 'cloudkms', nameOf: itself },
  { group: 'iap web', api: 'iap', nameOf: itself },
  { group: 'projects', api: '', nameOf: itself },
];

/** Returns the collection and the verb of a command, and the id of the resource if the command names one. */
export function targetOf(command: Command): { collection: Collection; verb: string; id: string } | undefined {
  const words = command.words.filter((word, index) => index > 0 || (word !== 'alpha' && word !== 'beta'));
  const line = words.join(' ');
  const collection = COLLECTIONS.find(({ group }) => line.startsWith(`${group} `));
  if (!collection) return undefined;
  const [verb = '', ...rest] = words.slice(collection.group.split(' ').length);
  return { collection, verb, id: rest.at(-1) ?? command.flags.get('service') ?? '' };
}
