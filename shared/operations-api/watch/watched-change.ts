import { isDeleted, type LiveOperation, type Operation } from '../../lifecycle/operation.ts';
import type { OperationName } from '../../lifecycle/operation-name.ts';
import type { JsonObject } from '../../messages/json-value.ts';
import type { Redaction } from '../../messages/redaction.ts';
import { type Condition, isTrueOf } from '../../orchestrator/condition.ts';
import { redactedOperation } from '../redacted-answer.ts';
import { couldHaveMatched, truthByName } from './could-match.ts';
import { fullToJson, summaryOf, summaryToJson, type View } from './summary.ts';

/** The operations that a watcher asks for, and the view of each. */
export interface Watched {
  /** The operations that the caller may see. The watcher gets nothing about others, not even deletions. */
  readonly visible: Condition;
  readonly condition: Condition;
  /** Only this operation. */
  readonly name?: OperationName;
  readonly view: Exclude<View, 'BASIC'>;
  /** Whether the watcher is a console, which must not show redacted payloads. */
  readonly isConsole: boolean;
}

/** The data of one server-sent event. */
export interface WatchedChange {
  readonly position: string;
  readonly data: string;
}

/**
 * The current state of one changed operation, for any number of watchers.
 *
 * Invariant: the operation is converted to JSON once per view, for all watchers.
 */
export class ChangedOperation {
  readonly name: OperationName;
  readonly position: string;
  readonly #operation: LiveOperation | undefined;
  readonly #redaction: Redaction;
  readonly #json = new Map<string, string>();

  /** `operation`: undefined if it has expired. */
  constructor(name: OperationName, position: string, operation: Operation | undefined, redaction: Redaction) {
    this.#redaction = redaction;
    this.name = name;
    this.position = position;
    this.#operation = operation && !isDeleted(operation) ? operation : undefined;
  }

  /** Returns undefined if the watcher gets no event: the operation does not match, and cannot have matched before. */
  for({ visible, condition, name, view, isConsole }: Watched): WatchedChange | undefined {
    if (name !== undefined && name !== this.name) return undefined;
    if (!this.#operation) {
      // Only the name of a deleted operation is known.
      const seen = truthByName(visible, this.name) === 'YES' && truthByName(condition, this.name) !== 'NO';
      return seen ? this.#deleted() : undefined;
    }
    const operation = this.#operation;
    if (!isTrueOf(visible, operation)) return undefined;
    const toJson = () => this.#toJson(operation, view, isConsole);
    const key = isConsole ? `console ${view}` : view;
    if (isTrueOf(condition, operation)) return this.#event(key, toJson);
    if (!couldHaveMatched(condition, operation)) return undefined;
    return this.#event(`left ${key}`, () => ({ ...toJson(), matches: false }));
  }

  #toJson(operation: LiveOperation, view: Watched['view'], isConsole: boolean): JsonObject {
    if (view === 'SUMMARY') return summaryToJson(summaryOf(operation), this.#redaction);
    const json = fullToJson(operation);
    return isConsole ? redactedOperation(this.#redaction, json) : json;
  }

  #deleted(): WatchedChange {
    return this.#event('deleted', () => ({ name: this.name, deleted: true, matches: false }));
  }

  #event(key: string, toJson: () => object): WatchedChange {
    const known = this.#json.get(key);
    const data = known ?? JSON.stringify(toJson());
    if (known === undefined) this.#json.set(key, data);
    return { position: this.position, data };
  }
}
