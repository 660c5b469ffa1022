/**
 * A Google Cloud project in the memory of a test. It carries out the gcloud commands of deploy.sh and the doctor, with the
 * refusals and delays of Google.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Collection, NUMBER, targetOf } from './collections.ts';
import { type Command, commandOf, GcloudError, lineOf } from './command.ts';
import { formatted } from './format.ts';
import type { Json, JsonObject } from './json.ts';
import { type Grant, Policies } from './policies.ts';
import { SpannerTables } from './spanner-tables.ts';
import { STORED_FORMS } from './stored-forms.ts';

export interface Answer {
  /** `kill` ends the whole run. */
  readonly code: number | 'kill';
  readonly stdout: string;
  readonly stderr: string;
}

/** The suffix of an error about a resource that was created and is not visible everywhere yet. */
const LATE = 'does not exist.';

export class GoogleProject {
  /** Fails the n-th command that changes something, `times` times. */
  failure: { at: number; times: number; message: string } | undefined;
  /** Ends the run after the n-th command that changes something. */
  breakAfter: number | undefined;
  /** The number of failed uses before a service agent exists. Google creates an agent when its service is first used. */
  lateBy = 1;
  /** The part of the system at which a test event stops. */
  stuck: 'store' | undefined;
  /** The account of gcloud, or undefined if gcloud is not logged in. */
  login: string | undefined = 'deployer@example.com';
  readonly apis = new Set<string>();
  readonly policies = new Policies();
  readonly spanner = new SpannerTables();
  /** Every command, as arguments and as one line. */
  readonly calls: (readonly string[])[] = [];
  readonly commands: string[] = [];
  readonly changes: string[] = [];
  readonly secrets: string[] = [];

  readonly #root: string;
  readonly #resources = new Map<string, Map<string, JsonObject>>();
  readonly #agents = new Map<string, number>();
  readonly #queuesOfThePast = new Set<string>();
  #failures = 0;
  /** Each command with its input. */
  readonly #journal: (readonly [args: readonly string[], input: string])[] = [];
  #published: string[] = [];
  #made = 0;

  /** @param root where the files are that commands name. */
  constructor(root: string) {
    this.#root = root;
  }

  /** The resources of a kind, by their ids. */
  of(group: string): Map<string, JsonObject> {
    const found = this.#resources.get(group) ?? new Map<string, JsonObject>();
    this.#resources.set(group, found);
    return found;
  }

  /** The content of the project, in an order that does not depend on the order of the commands. */
  content(): Readonly<Record<string, readonly string[]>> {
    const kinds = [...this.#resources].map(([group, found]) => [group, [...found.keys()].sort()] as const);
    return Object.fromEntries(kinds.filter(([, ids]) => ids.length > 0).sort());
  }

  run(args: readonly string[], input = ''): Answer {
    const command = commandOf(args);
    this.#journal.push([args, input]);
    this.calls.push(args);
    this.commands.push(lineOf(command));
    try {
      return { code: 0, stdout: this.#carryOut(command, input), stderr: '' };
    } catch (error) {
      if (error === BROKEN) return { code: 'kill', stdout: '', stderr: '' };
      if (!(error instanceof GcloudError)) throw error;
      return { code: 1, stdout: '', stderr: `ERROR: (gcloud.stand-in) ${error.message}\n` };
    }
  }

  /** Carries out every command of the other project. */
  repeat(other: GoogleProject): void {
    for (const [args, input] of other.#journal) this.run(args, input);
  }

  #carryOut(command: Command, input: string): string {
    const { words, flags } = command;
    const line = words.join(' ');
    if (line === 'config list') return `${this.login ?? ''}\t\t\t\n`;
    if (line === 'meta list-files-for-upload') return 'package.json\nfunctions/index.ts\n';
    if (line.startsWith('projects describe')) return `${NUMBER}\n`;
    if (line === 'services list')
      return print(
        command,
        [...this.apis].map((name) => ({ config: { name } })),
      );
    if (line.startsWith('services enable')) return this.#change(command, () => this.#enable(words.slice(2)));
    if (line.startsWith('pubsub topics publish')) return this.#publish(flags.get('message') ?? '');
    if (line.startsWith('pubsub subscriptions pull')) return this.#pull();
    if (line.startsWith('secrets versions')) return this.#secretVersions(command, input);
    const target = targetOf(command);
    if (!target) throw new GcloudError(`the stand-in does not know: ${line}`);
    this.#needsApi(target.collection);
    return this.#onResource(command, target);
  }

  #onResource(command: Command, { collection, verb, id }: NonNullable<ReturnType<typeof targetOf>>): string {
    const { group } = collection;
    if (group === 'spanner databases' && (verb === 'ddl' || verb === 'execute-sql'))
      return this.#sql(command, id);
    if (verb === 'list') return print(command, this.#listed(collection, command));
    if (verb === 'describe') return print(command, [this.#existing(collection, id, command)]);
    const key = policyKey(group, id);
    if (verb === 'get-iam-policy') {
      if (!POLICIES_WITHOUT_RESOURCE.has(group)) this.#existing(collection, id, command);
      return print(command, [this.policies.policyOf(key)]);
    }
    return this.#change(command, () => {
      if (verb === 'add-iam-policy-binding') this.#grant(key, grantOf(command));
      else if (verb === 'remove-iam-policy-binding') this.policies.revoke(key, grantOf(command));
      else if (verb === 'delete') this.#delete(collection, id, command);
      else this.#write(collection, verb, id, command);
    });
  }

  #listed(collection: Collection, command: Command): readonly Json[] {
    const deleted = command.flags.has('show-deleted');
    return [...this.of(collection.group)]
      .filter(([, found]) => deleted || !found.deleted)
      .map(([id, found]) => withName(collection, id, found, command));
  }

  #existing(collection: Collection, id: string, command: Command): Json {
    const found = this.of(collection.group).get(id);
    if (!found) throw new GcloudError(`NOT_FOUND: ${collection.group} ${id} was not found.`);
    return withName(collection, id, found, command);
  }

  #write({ group }: Collection, verb: string, id: string, command: Command): void {
    const found = this.of(group);
    this.#refuse(group, verb, id, command);
    if (verb === 'pause' || verb === 'resume' || verb === 'purge') {
      if (verb !== 'purge')
        found.set(id, { ...found.get(id), state: verb === 'pause' ? 'PAUSED' : 'RUNNING' });
      return;
    }
    if (verb === 'seek') return;
    if (verb === 'undelete') {
      found.set(id, { ...found.get(id), deleted: undefined });
      return;
    }
    const form = STORED_FORMS.get(group);
    if (!form) throw new GcloudError(`the stand-in does not know: ${command.words.join(' ')}`);
    const read = (path: string) => readFileSync(join(this.#root, path), 'utf8');
    const key = this.#keyOf(group, id);
    found.set(key, form(command, found.get(key), read));
    if (group === 'functions') this.#deployService(id);
    if (group === 'spanner databases' && command.flags.has('ddl-file')) this.#ddl(command);
    if (group === 'run services' && command.flags.has('iap')) this.#annotate(id, 'iap-enabled', 'true');
  }

  /** An account is known by its email, and Cloud Monitoring gives names itself. */
  #keyOf(group: string, id: string): string {
    if (group === 'iam service-accounts') return `${id}@sample-project.iam.gserviceaccount.com`;
    return id || `made-${++this.#made}`;
  }

  /** The refusals of Google that a wrong order of commands would cause. */
  #refuse(group: string, verb: string, id: string, { words, flags }: Command): void {
    const exists = this.of(group).has(id);
    const creates = verb === 'create' && group !== 'monitoring dashboards';
    if (creates && exists && id !== '') throw new GcloudError(`ALREADY_EXISTS: ${id}`);
    if (verb === 'update' && !exists && group !== 'run services') throw new GcloudError(`NOT_FOUND: ${id}`);
    if (group === 'tasks queues' && creates && this.#queuesOfThePast.has(id)) {
      throw new GcloudError(`FAILED_PRECONDITION: a queue of the name ${id} existed too recently.`);
    }
    for (const [flag, kind] of REFERENCES) {
      const name = flags.get(flag);
      if (name && !this.of(kind).has(name)) throw new GcloudError(`${kind} ${name} ${LATE}`);
    }
    if (group === 'workflows') this.#useAgent('Workflows service agent');
    if (words[0] === 'pubsub' && (flags.get('message-filter') ?? '').length > 256) {
      throw new GcloudError('INVALID_ARGUMENT: the filter is longer than 256 bytes.');
    }
  }

  #grant(key: string, grant: Grant): void {
    const account = grant.member.replace('serviceAccount:', '');
    const ours = account.endsWith('@sample-project.iam.gserviceaccount.com');
    if (ours && !this.of('iam service-accounts').has(account)) {
      throw new GcloudError(`INVALID_ARGUMENT: Service account ${account} ${LATE}`);
    }
    if (/@gcp-sa-|@serverless-|@gcf-/.test(account)) this.#useAgent(`Service account ${account}`);
    if (grant.role.startsWith('projects/') && !this.of('iam roles').has(grant.role.split('/').at(-1) ?? '')) {
      throw new GcloudError(`INVALID_ARGUMENT: role ${grant.role} ${LATE}`);
    }
    this.policies.grant(key, grant);
  }

  #useAgent(agent: string): void {
    const uses = this.#agents.get(agent) ?? 0;
    this.#agents.set(agent, uses + 1);
    if (uses < this.lateBy) throw new GcloudError(`INVALID_ARGUMENT: ${agent} ${LATE}`);
  }

  #deployService(name: string): void {
    const before = this.of('run services').get(name);
    this.of('run services').set(name, before ?? { metadata: { name, annotations: {} } });
  }

  /** Sets an annotation of a service: `run.googleapis.com/{name}`. */
  #annotate(id: string, name: string, value: string): void {
    const annotations = { [`run.googleapis.com/${name}`]: value };
    this.of('run services').set(id, { metadata: { name: id, annotations } });
  }

  #delete(collection: Collection, id: string, command: Command): void {
    const { group } = collection;
    this.#existing(collection, id, command);
    if (group === 'spanner instances') {
      if (this.of('spanner backups').size > 0)
        throw new GcloudError('FAILED_PRECONDITION: there are backups.');
      if (this.of('spanner databases').size > 0) this.of('spanner databases').clear();
    }
    if (group === 'spanner databases') {
      this.spanner.clear();
      this.of('spanner backup-schedules').clear();
    }
    if (group === 'functions') {
      this.of('run services').delete(id);
      this.policies.forget(policyKey('run services', id));
    }
    if (group === 'tasks queues') this.#queuesOfThePast.add(id);
    if (group === 'iam roles') this.of(group).set(id, { ...this.of(group).get(id), deleted: true });
    else this.of(group).delete(id);
    this.policies.forget(policyKey(group, id));
  }

  #enable(names: readonly string[]): void {
    for (const name of names) this.apis.add(name);
  }

  #needsApi({ api }: Collection): void {
    if (api !== '' && !this.apis.has(`${api}.googleapis.com`)) {
      throw new GcloudError(`PERMISSION_DENIED: ${api}.googleapis.com is disabled.`);
    }
  }

  #sql(command: Command, id: string): string {
    const { words, flags } = command;
    if (words[2] === 'ddl') {
      if (words[3] === 'describe') return this.spanner.describe();
      return this.#change(command, () => this.#ddl(command));
    }
    const sql = flags.get('sql') ?? '';
    if (!this.of('spanner databases').has(id)) throw new GcloudError(`NOT_FOUND: ${id} was not found.`);
    if (!sql.startsWith('SELECT')) return this.#change(command, () => this.spanner.record(sql));
    return sql.startsWith('SELECT Version') ? this.spanner.listVersions() : this.#stateOf(sql);
  }

  #ddl({ flags }: Command): void {
    readFileSync(join(this.#root, flags.get('proto-descriptors-file') ?? ''));
    this.spanner.apply(readFileSync(join(this.#root, flags.get('ddl-file') ?? ''), 'utf8'));
  }

  #secretVersions(command: Command, input: string): string {
    const id = command.words.at(-1) ?? '';
    const secret = this.of('secrets').get(id);
    if (!secret) throw new GcloudError(`NOT_FOUND: secret ${id} was not found.`);
    if (command.words[2] === 'list') {
      return print(command, secret.version ? [{ name: `projects/${NUMBER}/secrets/${id}/versions/1` }] : []);
    }
    return this.#change(command, () => {
      this.secrets.push(input);
      this.of('secrets').set(id, { ...secret, version: 1 });
    });
  }

  /** Passes an event through the whole system at once, up to the part at which the test stops it. */
  #publish(message: string): string {
    const { operation, succeeded } = JSON.parse(message);
    if (succeeded && this.stuck !== 'store') this.#published.push(operation);
    return '';
  }

  #pull(): string {
    const messages = this.#published.map((operation) => ({ message: { attributes: { operation } } }));
    return JSON.stringify(messages);
  }

  #stateOf(sql: string): string {
    return this.#published.some((operation) => sql.includes(operation)) ? 'SUCCEEDED\n' : '';
  }

  /** Counts and records a change, and fails or ends the run if the test says so. */
  #change(command: Command, apply: () => void): string {
    const { failure } = this;
    if (failure?.at === this.changes.length + 1 && this.#failures < failure.times) {
      this.#failures++;
      throw new GcloudError(failure.message);
    }
    apply();
    this.changes.push(lineOf(command));
    if (this.breakAfter === this.changes.length) throw BROKEN;
    return '';
  }
}

const BROKEN = new Error('the run is broken off');

/** Flags that name another resource. */
const REFERENCES = [
  ['topic', 'pubsub topics'],
  ['dead-letter-topic', 'pubsub topics'],
  ['service-account', 'iam service-accounts'],
  ['push-auth-service-account', 'iam service-accounts'],
  ['oidc-service-account-email', 'iam service-accounts'],
] as const;

/** Resources that deploy.sh does not create. */
const POLICIES_WITHOUT_RESOURCE = new Set(['projects', 'kms keys', 'iap web']);

function policyKey(group: string, id: string): string {
  return `${group} ${id}`;
}

function print({ flags }: Command, resources: readonly Json[]): string {
  return formatted(resources, flags.get('format'), flags.get('flatten'));
}

function withName(collection: Collection, id: string, found: JsonObject, command: Command): Json {
  const name = collection.nameOf(id, command);
  return { ...found, name, ...(collection.group === 'iam service-accounts' && { email: id }) };
}

function grantOf({ flags }: Command): Grant {
  const condition = flags.get('condition') ?? 'None';
  const title = /^title=([^,]*)/.exec(condition)?.[1];
  return { role: flags.get('role') ?? '', member: flags.get('member') ?? '', title };
}
