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
import { isDeleted } from '../lifecycle/operation.ts';
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
    const name = operation?.name;
    const { email, subject: account } = caller;
    orchestrator.log.warn({ caller: email ?? account, action, operation: name }, 'a call was denied');
    throw new AccessDenied(action);
  }
}

/** If no operation has the name, the access decision gets no labels. */
async function accessed(
  { store }: Orchestrator,
  { looksAtLabels = true }: Access,
  subject: Subject,
): Promise<AccessedOperation | undefined> {
  if (subject.kind === 'many') return undefined;
  if (subject.kind === 'new') return subject.operation;
  const { name } = subject;
  const found = looksAtLabels ? await store.operation(name) : undefined;
  return { name, labels: (found && !isDeleted(found) && found.creation?.value.labels) || {} };
}
