/**
 * A definition: the name, types and options of an operation, without its code. Clients, browsers, parents and workers
 * share it.
 *
 * Definitions and references to children are recognized by registered symbols, so that the ES module and the CommonJS
 * copy of this package accept each other's.
 */
import type { Duration } from './duration.ts';
import { invalidArgument } from './operation-error.ts';
import type { In, MaybeSchema, NamedSchemas, Out, Schema, Wire } from './schema.ts';

/** Dispatch: how the orchestrator starts the work, watches it and tries it again. Every field has a default. */
export interface Dispatch {
  /** How long a worker may be silent before its attempt counts as lost: default `'60s'`, from 5 s to 1 h. */
  lease?: Duration | undefined;
  /** The largest number of tries: default 5, from 1 to 100. */
  maxTries?: number | undefined;
  /** How long a signal waits for a worker before it is sent again: default `'1h'`, up to 7 days. */
  startTimeout?: Duration | undefined;
  /** The bound of the pause before the second try: default `'1s'`. */
  firstBackoff?: Duration | undefined;
  /** The largest bound of all: default `'5m'`, up to 1 day. */
  maxBackoff?: Duration | undefined;
  /** The factor by which the bound grows from try to try: default 2, from 1 to 10. */
  backoffMultiplier?: number | undefined;
  /** How long an operation may go on after a cancel request: default `'10m'`, up to 1 day. */
  cancelTimeout?: Duration | undefined;
  /** How long a last resort may take: default `'24h'`. See `catch` of a worker. */
  catchTimeout?: Duration | undefined;
}

/** How an operation is created. The options of a call override those of the definition, `dispatch` field by field. */
export interface CreateOptions {
  /** How the work is started, watched and tried again. Default: every default of {@link Dispatch}. */
  dispatch?: Dispatch | undefined;
  /** The operation fails with DEADLINE_EXCEEDED after this time. Default: no limit. */
  timeout?: Duration | undefined;
  /** How long the operation is kept after its end. Default: the setting DEFAULT_TTL_DAYS of the deployment, 30 days. */
  ttl?: Duration | undefined;
  /** Labels for filters, such as `labels.team="a"`: at most 64, with keys of 63 and values of 256 characters. */
  labels?: Readonly<Record<string, string>> | undefined;
}

/** The options of a child that a wait spawns. */
export interface ChildOptions extends CreateOptions {
  /** Identifies the child within its parent. Default: its position in the wait. */
  key?: string | undefined;
}

declare const kind: unique symbol;
declare const ref: unique symbol;

/** Children of one definition, or of one service outside this deployment. */
export interface ChildKind<R> {
  /** @internal */
  readonly [kind]: R;
}

/** Something to wait for. Creating it has no other effect. */
export interface ChildRef<R> {
  /** @internal */
  readonly [ref]: R;
}

/**
 * What {@link defineOperation} returns. Called with an input, it makes a child for `op.spawn`.
 *
 * @example op.spawn([renderPage({ page: 'cover' }, { key: 'cover' })], { then: 'collect' })
 */
export interface Definition<
  I extends Schema,
  R extends MaybeSchema,
  M extends MaybeSchema,
  N extends NamedSchemas,
> extends ChildKind<Out<R>> {
  /** A child that the wait spawns. */
  (input: In<I>, options?: ChildOptions): ChildRef<Out<R>>;
  /** A child that already exists or that another caller creates: `operations/{id}`. */
  existing(name: string): ChildRef<Out<R>>;
  /** The full name of the API method, such as `example.v1.Reports.CreateReport`. */
  readonly method: string;
  /** @internal */
  readonly types?: [I, R, M, N];
}

/**
 * The options of {@link defineOperation}. Each schema is a [Standard Schema](https://standardschema.dev), of valibot for example.
 */
export interface DefinitionOptions<I, R, M, N> extends CreateOptions {
  /** The schema of the input: a JSON object. Clients check the input by it, and workers parse it. */
  input: I & Wire<I>;
  /**
   * The schema of the response: a JSON object. Absent: the operation has no response, and a step ends it with `op.done()`.
   */
  response?: R & Wire<R>;
  /** The schema of the metadata that `op.progress` publishes. */
  metadata?: M & Wire<M>;
  /** The schemas of the notifications that the operation can wait for, by name. */
  notifications?: N;
  /** The full name of the message type of a response. Default: `google.protobuf.Struct`. */
  responseType?: string | undefined;
  /** The full name of the message type of the metadata. Default: `google.protobuf.Struct`. */
  metadataType?: string | undefined;
}

/** The fields of a definition. */
export interface DefinitionSpec extends CreateOptions {
  readonly method: string;
  readonly input: Schema;
  readonly response?: Schema;
  readonly metadata?: Schema;
  readonly notifications?: NamedSchemas;
  readonly responseType?: string;
  readonly metadataType?: string;
}

/** Where the children come from. */
export type KindSpec = OperationKind | ExternalKind;

interface OperationKind {
  readonly type: 'operation';
  readonly id: string;
  readonly definition: DefinitionSpec;
}

interface ExternalKind {
  readonly type: 'external';
  readonly id: string;
  readonly endpoint: string;
  readonly audience?: string;
  readonly response: Schema;
}

export type ChildSpec =
  | {
      readonly type: 'spawn';
      readonly kind: OperationKind;
      readonly input: unknown;
      readonly options: ChildOptions;
    }
  | { readonly type: 'existing'; readonly kind: KindSpec; readonly name: string };

const KIND = Symbol.for('lro-orchestrator.kind');
const CHILD = Symbol.for('lro-orchestrator.child');

/**
 * Defines an operation without its code, so that clients, browsers, parents and workers can import it.
 *
 * @param method The full name of the API method. Signals carry it, and workers are found by it.
 * @example
 * export const report = defineOperation('example.v1.Reports.CreateReport', {
 *   input: v.object({ pages: v.array(v.string()) }),
 *   response: v.object({ urls: v.array(v.string()) }),
 *   timeout: '1h',
 * });
 */
export function defineOperation<
  I extends Schema,
  R extends MaybeSchema = undefined,
  M extends MaybeSchema = undefined,
  // biome-ignore lint/complexity/noBannedTypes: no notification at all, where `Record<string, never>` would be any
  N extends NamedSchemas = {},
>(method: string, options: DefinitionOptions<I, R, M, N>): Definition<I, R, M, N> {
  const kind: OperationKind = { type: 'operation', id: method, definition: specOf(method, options ?? {}) };
  const child = (input: unknown, childOptions: ChildOptions = {}) =>
    childRef({ type: 'spawn', kind, input, options: childOptions });
  return Object.assign(child, {
    method,
    existing: (name: string) => childRef({ type: 'existing', kind, name }),
    [KIND]: kind,
  }) as unknown as Definition<I, R, M, N>;
}

/** All definitions have the same fields, absent ones as undefined, because every call reads them. */
function specOf(method: string, options: Omit<DefinitionSpec, 'method'>): DefinitionSpec {
  return {
    method,
    input: options.input,
    response: options.response,
    metadata: options.metadata,
    notifications: options.notifications,
    responseType: options.responseType,
    metadataType: options.metadataType,
    dispatch: options.dispatch,
    timeout: options.timeout,
    ttl: options.ttl,
    labels: options.labels,
  };
}

/**
 * Operations of another service, such as one of Google's: children that only the workflow polls. The deployment must allow the
 * host by the setting ALLOWED_HOSTS. Hosts of Google's APIs are asked by `GET /v1/{name}` with an access token, all others by
 * `POST /google.longrunning.Operations/GetOperation` with the body `{"name"}` and an OIDC token.
 *
 * @example
 * const annotation = externalOperation({ endpoint: 'https://videointelligence.googleapis.com', response: v.object({ … }) });
 * return op.wait({ children: [annotation(name)] }, { then: 'store', timeout: '2h' });
 */
export function externalOperation<R extends Schema>(options: {
  /** The https URL of the service's `google.longrunning.Operations`, without a path. */
  endpoint: string;
  /** The audience of the OIDC token. Default: `endpoint`. Hosts of Google's APIs get an access token instead. */
  audience?: string | undefined;
  /** The schema of the response. */
  response: R;
}): ChildKind<Out<R>> & ((name: string) => ChildRef<Out<R>>) {
  const { endpoint, audience, response } = options;
  const kind: ExternalKind = { type: 'external', id: endpoint, endpoint, audience, response };
  const child = (name: string) => childRef({ type: 'existing', kind, name });
  return Object.assign(child, { [KIND]: kind }) as unknown as ChildKind<Out<R>> &
    ((name: string) => ChildRef<Out<R>>);
}

/** @throws OperationError INVALID_ARGUMENT if the value is not a definition */
export function kindOf(of: ChildKind<unknown>): KindSpec {
  const kind = (of as { [KIND]?: KindSpec } | undefined)?.[KIND];
  if (kind === undefined) {
    throw invalidArgument('definition: must be what defineOperation or externalOperation returned');
  }
  return kind;
}

export function definitionOf(of: ChildKind<unknown>): DefinitionSpec {
  const kind = kindOf(of);
  if (kind.type === 'operation') return kind.definition;
  throw invalidArgument('definition: must be of this deployment, not of another service');
}

/** @throws OperationError INVALID_ARGUMENT if the value is not a reference to a child */
export function childOf(child: ChildRef<unknown>, field: string): ChildSpec {
  const spec = (child as { [CHILD]?: ChildSpec } | undefined)?.[CHILD];
  if (spec !== undefined) return spec;
  throw invalidArgument(
    `${field}: must be a child, as renderPage({ … }) makes one of the definition renderPage`,
  );
}

function childRef(spec: ChildSpec): ChildRef<any> {
  return { [CHILD]: spec } as unknown as ChildRef<any>;
}
