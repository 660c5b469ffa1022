/**
 * An operation without its code: what a client, a browser, a parent and a worker have in common.
 *
 * Definitions and references to children are known by registered symbols, so that those of an ES module and of a CommonJS
 * copy of this package are the same.
 */
import type { Duration } from './duration.ts';
import { OperationError } from './operation-error.ts';
import type { In, MaybeSchema, NamedSchemas, Out, Schema, Wire } from './schema.ts';

/** How the orchestrator starts the work, watches it and tries it again. Every field has a default. */
export interface Dispatch {
  /** How long a worker may be silent before its attempt counts as lost: `'60s'`, from 5 s to 1 h. */
  lease?: Duration;
  /** How often the work is tried: 5, from 1 to 100. */
  maxTries?: number;
  /** A signal whose attempt no worker takes for so long is sent again: `'1h'`, up to 7 days. */
  startTimeout?: Duration;
  /** The longest pause before the second try: `'1s'`. */
  firstBackoff?: Duration;
  /** The longest pause of all: `'5m'`, up to 1 day. */
  maxBackoff?: Duration;
  /** What the longest pause grows by from try to try: 2, from 1 to 10. */
  backoffMultiplier?: number;
  /** How long an operation that is asked to stop may go on: `'10m'`, up to 1 day. */
  cancelTimeout?: Duration;
  /** What bounds a last resort, see `catch` of a worker: `'24h'`. */
  catchTimeout?: Duration;
}

export interface CreateOptions {
  dispatch?: Dispatch;
  /** The operation fails with DEADLINE_EXCEEDED after this time; none where absent. */
  timeout?: Duration;
  /** How long the operation is kept after its end. */
  ttl?: Duration;
  labels?: Readonly<Record<string, string>>;
}

export interface ChildOptions extends CreateOptions {
  /** Names the child within its parent; its place in the wait where absent. */
  key?: string;
}

declare const kind: unique symbol;
declare const ref: unique symbol;

/** Children of one definition, or of one other service. */
export interface ChildKind<R> {
  readonly [kind]: R;
}

/** Something to wait for. Making one does nothing else. */
export interface ChildRef<R> {
  readonly [ref]: R;
}

export interface Definition<
  I extends Schema,
  R extends MaybeSchema,
  M extends MaybeSchema,
  N extends NamedSchemas,
> extends ChildKind<Out<R>> {
  /** A child that the wait creates. */
  (input: In<I>, options?: ChildOptions): ChildRef<Out<R>>;
  /** A child that is there already, or is made by another: `operations/{id}`. */
  existing(name: string): ChildRef<Out<R>>;
  readonly method: string;
  readonly types?: [I, R, M, N];
}

export interface DefinitionOptions<I, R, M, N> extends CreateOptions {
  input: I & Wire<I>;
  response?: R & Wire<R>;
  metadata?: M & Wire<M>;
  notifications?: N;
  /** The full name of the message that a response travels as, `google.protobuf.Struct` where absent. */
  responseType?: string;
  /** The same for metadata. */
  metadataType?: string;
}

/** What a definition holds. */
export interface DefinitionSpec extends CreateOptions {
  readonly method: string;
  readonly input: Schema;
  readonly response?: Schema;
  readonly metadata?: Schema;
  readonly notifications?: NamedSchemas;
  readonly responseType?: string;
  readonly metadataType?: string;
}

/** What kind of children they are. */
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

export function defineOperation<
  I extends Schema,
  R extends MaybeSchema = undefined,
  M extends MaybeSchema = undefined,
  // biome-ignore lint/complexity/noBannedTypes: no notification at all, where `Record<string, never>` would be any
  N extends NamedSchemas = {},
>(method: string, options: DefinitionOptions<I, R, M, N>): Definition<I, R, M, N> {
  const kind: OperationKind = {
    type: 'operation',
    id: method,
    definition: { ...(options as Omit<DefinitionSpec, 'method'>), method },
  };
  const child = (input: unknown, childOptions: ChildOptions = {}) =>
    childRef({ type: 'spawn', kind, input, options: childOptions });
  return Object.assign(child, {
    method,
    existing: (name: string) => childRef({ type: 'existing', kind, name }),
    [KIND]: kind,
  }) as unknown as Definition<I, R, M, N>;
}

/** Operations of another service, of Google's for example. */
export function externalOperation<R extends Schema>(options: {
  endpoint: string;
  audience?: string;
  response: R;
}): ChildKind<Out<R>> & ((name: string) => ChildRef<Out<R>>) {
  const kind: ExternalKind = { type: 'external', id: options.endpoint, ...options };
  const child = (name: string) => childRef({ type: 'existing', kind, name });
  return Object.assign(child, { [KIND]: kind }) as unknown as ChildKind<Out<R>> &
    ((name: string) => ChildRef<Out<R>>);
}

/** @throws OperationError INVALID_ARGUMENT for anything that is no definition. */
export function kindOf(of: ChildKind<unknown>): KindSpec {
  const kind = (of as { [KIND]?: KindSpec } | undefined)?.[KIND];
  if (kind === undefined) {
    throw new OperationError(
      'INVALID_ARGUMENT',
      'takes what defineOperation or externalOperation returned: a definition, not a reference to one child',
    );
  }
  return kind;
}

export function definitionOf(of: ChildKind<unknown>): DefinitionSpec {
  const kind = kindOf(of);
  if (kind.type === 'operation') return kind.definition;
  throw new OperationError('INVALID_ARGUMENT', 'takes an operation of this deployment, not an external one');
}

/** @throws OperationError INVALID_ARGUMENT for anything that is no reference to a child. */
export function childOf(child: ChildRef<unknown>, field: string): ChildSpec {
  const spec = (child as { [CHILD]?: ChildSpec } | undefined)?.[CHILD];
  if (spec !== undefined) return spec;
  throw new OperationError(
    'INVALID_ARGUMENT',
    `${field}: must be a child, as renderPage({ … }) makes one of the definition renderPage`,
  );
}

function childRef(spec: ChildSpec): ChildRef<any> {
  return { [CHILD]: spec } as unknown as ChildRef<any>;
}
