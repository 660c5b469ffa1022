/** Access by a list of bindings: which members may do which action with which operations. */
import type { Condition } from '../orchestrator/condition.ts';
import { ALWAYS } from '../orchestrator/condition.ts';
import {
  ACTIONS,
  type Access,
  type AccessedOperation,
  type Action,
  type Caller,
  type Grant,
} from './access.ts';

/** `kind` and the value to match: an email address, or the part of one after the `@`. */
export type Member =
  | { readonly kind: 'account'; readonly email: string }
  | { readonly kind: 'domain'; readonly domain: string }
  | { readonly kind: 'everyone' };

/** A binding covers the operations that match its prefix and all of its labels, or all operations if it has neither. */
export interface Binding {
  readonly members: readonly Member[];
  readonly action: Action;
  /** The prefix of the operation ids. */
  readonly prefix?: string;
  readonly labels: Readonly<Record<string, string>>;
}

export class PolicyAccess implements Access {
  readonly looksAtLabels: boolean;
  readonly #bindings: readonly Binding[];

  constructor(bindings: readonly Binding[]) {
    this.#bindings = bindings;
    this.looksAtLabels = bindings.some(({ labels }) => Object.keys(labels).length > 0);
  }

  authorize(caller: Caller, action: Action, operation: AccessedOperation | undefined): Grant {
    const granted = this.#bindings.filter(
      (binding) =>
        includes(binding.action, action) && binding.members.some((member) => isMember(caller, member)),
    );
    if (operation) return granted.some((binding) => isAbout(binding, operation));
    const conditions = granted.map(conditionOf);
    if (conditions.includes(ALWAYS)) return true;
    return conditions.length === 0 ? false : { kind: 'any', of: conditions };
  }
}

function includes(granted: Action, asked: Action): boolean {
  return ACTIONS.indexOf(granted) >= ACTIONS.indexOf(asked);
}

function isMember({ email }: Caller, member: Member): boolean {
  switch (member.kind) {
    case 'everyone':
      return email !== undefined;
    case 'account':
      return email === member.email;
    case 'domain':
      return email?.slice(email.lastIndexOf('@') + 1) === member.domain;
  }
}

function isAbout({ prefix, labels }: Binding, operation: AccessedOperation): boolean {
  if (prefix !== undefined && !operation.name?.startsWith(`operations/${prefix}`)) return false;
  return Object.entries(labels).every(
    ([key, value]) => Object.hasOwn(operation.labels, key) && operation.labels[key] === value,
  );
}

function conditionOf({ prefix, labels }: Binding): Condition {
  const parts: Condition[] = Object.entries(labels).map(([key, value]) => ({
    kind: 'text',
    subject: `labels.${key}`,
    relation: '=',
    value,
  }));
  if (prefix !== undefined) {
    parts.push({ kind: 'text', subject: 'name', relation: 'startsWith', value: `operations/${prefix}` });
  }
  return parts.length === 0 ? ALWAYS : { kind: 'all', of: parts };
}
