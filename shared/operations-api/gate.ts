/** The gate of the API for both protocols: identifies the caller, limits its calls, and checks its access. */
import type { IncomingHttpHeaders } from 'node:http';
import {
  type Access,
  AccessDenied,
  type AccessedOperation,
  type Action,
  type Caller,
} from '../access/access.ts';
import { CallRefused } from '../access/call-refused.ts';
import { type CallerLimitOptions, CallerLimits } from '../access/caller-limits.ts';
import type { Identity } from '../access/identity.ts';
import { isDeleted, type Operation } from '../lifecycle/operation.ts';
import type { OperationName } from '../lifecycle/operation-name.ts';
import { ALWAYS, type Condition } from '../orchestrator/condition.ts';
import type { Log, Orchestrator } from '../orchestrator/orchestrator.ts';

export interface GateOptions {
  /** Absent if callers need no token, because IAM's invoker role or the loopback interface decides who can call. */
  readonly identity?: Identity;
  /** Decides what each caller may do. If absent, every caller may do everything. */
  readonly access?: Access;
  readonly callerLimits?: CallerLimitOptions;
}

/** The subject of a call. */
export type Subject =
  | { readonly kind: 'many' }
  | { readonly kind: 'one'; readonly name: OperationName }
  | { readonly kind: 'new'; readonly operation: AccessedOperation; readonly parent?: OperationName };

export const MANY: Subject = { kind: 'many' };

const ANONYMOUS: Caller = {};

export class Gate {
  readonly limits: CallerLimits;
  readonly #identity: Identity | undefined;
  readonly #access: Access | undefined;

  constructor({ identity, access, callerLimits = {} }: GateOptions) {
    this.#identity = identity;
    this.#access = access;
    this.limits = new CallerLimits(callerLimits);
  }

  /**
   * Identifies the caller and counts the call.
   *
   * @throws CallRefused if the token is missing or invalid, or if the caller exceeds its limits
   */
  async admit(headers: IncomingHttpHeaders, log: () => Promise<Log>): Promise<Caller> {
    try {
      const caller = (await this.#identity?.callerOf(headers)) ?? ANONYMOUS;
      this.limits.admit(caller);
      return caller;
    } catch (error) {
      if (error instanceof CallRefused) {
        const { reason } = error;
        (await log()).warn({ reason }, 'a call was refused');
      }
      throw error;
    }
  }

  /** Whether every call is allowed, so that `authorize` need not be called. */
  get isOpen(): boolean {
    return this.#access === undefined;
  }

  /**
   * Checks whether the call may be made. Resolves with a condition: a call about many operations sees only those that satisfy it.
   *
   * @throws AccessDenied
   */
  async authorize(
    orchestrator: Orchestrator,
    caller: Caller,
    action: Action,
    subjectOf: () => Subject,
  ): Promise<Condition> {
    const access = this.#access;
    if (!access) return ALWAYS;
    const subject = subjectOf();
    const operation = await accessed(orchestrator, access, subject);
    const grant = await access.authorize(caller, action, operation);
    if (grant === true) {
      if (subject.kind === 'new' && subject.parent) {
        // A parent shows its children, and a cancel of the parent cancels them, so access to the parent is required too.
        const { parent } = subject;
        await this.authorize(orchestrator, caller, 'act', () => ({ kind: 'one', name: parent }));
      }
      return ALWAYS;
    }
    if (grant !== false && subject.kind === 'many') return grant;
    throw denied(orchestrator, caller, action, operation?.name);
  }

  /** Whether the caller may read the operation, for an answer that may show it or not. A refusal is no denied call. */
  async mayRead(orchestrator: Orchestrator, caller: Caller, name: OperationName): Promise<boolean> {
    const access = this.#access;
    if (!access) return true;
    const operation = await accessed(orchestrator, access, { kind: 'one', name });
    return (await access.authorize(caller, 'read', operation)) === true;
  }

  /**
   * Checks whether the call may be made for each of the operations, whose labels it reads in pages.
   *
   * @throws AccessDenied
   */
  async authorizeEach(
    orchestrator: Orchestrator,
    caller: Caller,
    action: Action,
    names: readonly OperationName[],
  ): Promise<void> {
    const access = this.#access;
    if (!access) return;
    for (let from = 0; from < names.length; from += OPERATIONS_A_READ) {
      const page = names.slice(from, from + OPERATIONS_A_READ);
      const found = looksAtLabels(access) ? await orchestrator.store.operations(page) : NO_OPERATIONS;
      for (const name of page) {
        const grant = await access.authorize(caller, action, { name, labels: labelsOf(found.get(name)) });
        if (grant !== true) throw denied(orchestrator, caller, action, name);
      }
    }
  }
}

/** The number of operations that are read at once. Each may have megabytes. */
const OPERATIONS_A_READ = 50;
const NO_OPERATIONS: ReadonlyMap<OperationName, Operation> = new Map();

function denied(
  { log }: Orchestrator,
  { email, subject }: Caller,
  action: Action,
  operation: OperationName | undefined,
): AccessDenied {
  log.warn({ caller: email ?? subject, action, operation }, 'a call was denied');
  return new AccessDenied(action);
}

async function accessed(
  { store }: Orchestrator,
  access: Access,
  subject: Subject,
): Promise<AccessedOperation | undefined> {
  if (subject.kind === 'many') return undefined;
  if (subject.kind === 'new') return subject.operation;
  const { name } = subject;
  return { name, labels: labelsOf(looksAtLabels(access) ? await store.operation(name) : undefined) };
}

function looksAtLabels({ looksAtLabels = true }: Access): boolean {
  return looksAtLabels;
}

/** If no operation has the name, the access decision gets no labels. */
function labelsOf(operation: Operation | undefined): Readonly<Record<string, string>> {
  return (operation && !isDeleted(operation) && operation.creation?.value.labels) || {};
}
