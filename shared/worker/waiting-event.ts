/** Turns a transition into the `waiting` event, and into the terms that the checkpoint keeps for the end of the wait. */
import { payloadToAny } from '../client/any.ts';
import { type ChildSpec, childOf } from '../client/definition.ts';
import { creationFields } from '../client/dispatch.ts';
import { protoDuration } from '../client/duration-field.ts';
import { OperationError } from '../client/operation-error.ts';
import { parse } from '../client/schema.ts';
import { childId, requireKey } from './child-name.ts';
import type { ChildRun, SavedWait } from './saved-work.ts';
import type { WaitSpec } from './transition.ts';

/** The timeout of a wait with children or notifications that gives none: the longest possible. */
const LONGEST = '31536000s';

/** The fields of `waiting` in proto3 JSON. Absent ones are undefined. */
export interface WaitingFields {
  readonly sleep: string | undefined;
  readonly timeout: string | undefined;
  readonly pollFrequency: string | undefined;
  readonly cancelRest: boolean | undefined;
  readonly spawn: readonly object[] | undefined;
  readonly childOperations: readonly string[] | undefined;
  readonly externalOperations: readonly object[] | undefined;
  readonly notifications: readonly string[] | undefined;
  readonly policy: string | undefined;
  readonly quorum: number | undefined;
  readonly toleratedFailures: number | undefined;
  readonly toleratedFailuresPercent: number | undefined;
  readonly resumePoint: string;
  /** Empty until the work is saved, which includes the terms of the wait. */
  readonly checkpoint: string;
}

export interface WaitingEvent {
  readonly fields: WaitingFields;
  readonly saved: SavedWait;
}

/** Returns undefined if there is nothing to wait for. Rejects with OperationError INVALID_ARGUMENT that names the field. */
export async function waitingEvent(
  operation: string,
  wait: number,
  spec: WaitSpec,
): Promise<WaitingEvent | undefined> {
  const { notifications, next } = spec;
  const children = new WaitedChildren(operation, wait);
  for (const [index, child] of spec.children.entries()) {
    const added = children.add(childOf(child, `children[${index}]`), index);
    if (added) await added;
  }
  const sleep = protoDuration(spec.sleep, 'sleep');
  const timeout = protoDuration(next.timeout, 'timeout');
  const { policy = 'ALL_SUCCEEDED', quorum, toleratedFailuresPercent } = next;
  const toleratedFailures = atMost(next.toleratedFailures, children.count + notifications.length);
  for (const [field, value] of Object.entries({ quorum, toleratedFailures, toleratedFailuresPercent }))
    requireFinite(value, field);
  const saved: SavedWait = {
    catch: next.catch,
    policy,
    quorum,
    toleratedFailures,
    toleratedFailuresPercent,
    notifications: notifications.length,
    kinds: children.kinds,
    children: children.runs,
  };
  const hasParts = children.runs.length > 0 || notifications.length > 0;
  if (!hasParts && sleep === undefined) return undefined;
  // A wait with only a sleep has no rule, and no deadline but its own end.
  const rule: Partial<SavedWait> = hasParts ? saved : {};
  const fields: WaitingFields = {
    sleep,
    timeout: timeout ?? (hasParts ? LONGEST : undefined),
    pollFrequency: hasParts ? protoDuration(next.pollFrequency, 'pollFrequency') : undefined,
    cancelRest: hasParts ? next.cancelRest : undefined,
    spawn: someOf(children.spawn),
    childOperations: someOf(children.own),
    externalOperations: someOf(children.external),
    notifications: someOf(notifications),
    policy: rule.policy,
    quorum: rule.quorum,
    toleratedFailures: rule.toleratedFailures,
    toleratedFailuresPercent: rule.toleratedFailuresPercent,
    resumePoint: next.then,
    checkpoint: '',
  };
  return { fields, saved };
}

/**
 * The number of failures that a wait for `awaited` children and notifications can tolerate: a list that happens to be shorter than the
 * number that the worker names may fail as a whole. The event itself may not name more.
 */
function atMost(tolerated: number | undefined, awaited: number): number | undefined {
  return tolerated === undefined ? undefined : Math.min(tolerated, awaited);
}

/** JSON has null for such a number, which counts as absent: the wait would have another rule than the one that the worker asked for. */
function requireFinite(value: unknown, field: string): void {
  if (typeof value !== 'number' || Number.isFinite(value)) return;
  throw new OperationError('INVALID_ARGUMENT', `${field}: must be a number, and is ${value}`);
}

function someOf<T>(items: readonly T[]): readonly T[] | undefined {
  return items.length > 0 ? items : undefined;
}

type SpawnSpec = Extract<ChildSpec, { type: 'spawn' }>;

/** Collects the children of one wait: as the event names them, and as runs in the order of the wait. */
class WaitedChildren {
  readonly kinds: string[] = [];
  readonly runs: ChildRun[] = [];
  readonly spawn: object[] = [];
  readonly own: string[] = [];
  readonly external: object[] = [];
  readonly #operation: string;
  readonly #wait: number;
  readonly #names = new Set<string>();

  constructor(operation: string, wait: number) {
    this.#operation = operation;
    this.#wait = wait;
  }

  /** The number of children, each name counted once. */
  get count(): number {
    return this.#names.size;
  }

  /** Returns a promise only if the schema of the input is asynchronous. */
  add(child: ChildSpec, index: number): Promise<unknown> | undefined {
    if (child.type === 'spawn') return this.#spawned(child, index);
    const { kind, name } = child;
    // A name in two lists counts once.
    if (this.#names.has(name)) return undefined;
    this.#names.add(name);
    if (kind.type === 'external') {
      const { endpoint, audience } = kind;
      this.external.push({ name, endpoint, audience });
      this.#note(kind.id, 'external');
    } else {
      this.own.push(name);
      this.#note(kind.id, 'existing');
    }
    return undefined;
  }

  #spawned({ kind, input, options }: SpawnSpec, index: number): Promise<unknown> | undefined {
    const { definition } = kind;
    const { key } = options;
    if (key !== undefined) requireKey(key, `children[${index}].key`);
    const operationId = childId(this.#operation, this.#wait, key ?? index);
    const name = `operations/${operationId}`;
    if (this.#names.has(name)) {
      throw new OperationError(
        'INVALID_ARGUMENT',
        `children[${index}].key: ${JSON.stringify(key)} is given twice`,
      );
    }
    this.#names.add(name);
    const payload = payloadToAny(input, `children[${index}].input`, 'INVALID_ARGUMENT');
    const parsed = parse(definition.input, input, `children[${index}].input`, 'INVALID_ARGUMENT');
    // The orchestrator's default is the end of the id, which a hash may have replaced.
    const childKey = `${this.#wait}.${key ?? index}`;
    const { method, labels, ttl, timeout, dispatch } = creationFields(definition, options);
    this.spawn.push({
      operationId,
      key: operationId.endsWith(`.${childKey}`) ? undefined : childKey,
      input: payload,
      method,
      labels,
      ttl,
      timeout,
      dispatch,
    });
    this.#note(kind.id, key === undefined ? 'spawned' : 'keyed');
    return parsed instanceof Promise ? parsed : undefined;
  }

  #note(kind: string, how: ChildRun[1]): void {
    let place = this.kinds.indexOf(kind);
    if (place < 0) place = this.kinds.push(kind) - 1;
    const last = this.runs.at(-1);
    if (last?.[0] === place && last[1] === how) this.runs[this.runs.length - 1] = [place, how, last[2] + 1];
    else this.runs.push([place, how, 1]);
  }
}
