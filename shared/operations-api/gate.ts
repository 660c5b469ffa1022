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
  /** Absent where callers need no token: IAM's invoker role, or the machine, keeps others out. */
  readonly identity?: Identity;
  /** What each caller may do; everything where it is absent. */
  readonly access?: Access;
  readonly callerLimits?: CallerLimitOptions;
}

/** What a call is about. */
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
   * Who calls.
   *
   * @throws CallRefused for a token that is missing or not valid, and for a caller that calls too often
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

  /**
   * Whether the call may be made: resolves with a condition that is true of the operations that a call about many sees.
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
        // A child shows up with its parent, and what cancels the parent cancels it.
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

/** A name that nothing has yet, or has no more, is asked for without labels. */
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
