import type { OperationName } from '../../shared/lifecycle/operation-name.ts';
import type { UnsettledNames } from './changed-names.ts';
import type { Connection } from './connection.ts';
import type { WaitsOfChildren } from './waits-of-children.ts';

/**
 * Recognizes names that are new to the database: no operation has the name, and no wait has it as a pending child, so none has reserved
 * it either. Nearly every operation that a client creates has such a name, and one query answers what would be three.
 */
export class Strangers {
  readonly #unsettled: UnsettledNames;
  readonly #waitsOfChildren: WaitsOfChildren;
  readonly #known;

  constructor(connection: Connection, unsettled: UnsettledNames, waitsOfChildren: WaitsOfChildren) {
    this.#unsettled = unsettled;
    this.#waitsOfChildren = waitsOfChildren;
    this.#known = connection.query<[number]>(
      `SELECT EXISTS (SELECT 1 FROM operations WHERE name = ?)
           OR EXISTS (SELECT 1 FROM pending_children WHERE child = ?)`,
    );
  }

  /** Returns false also for a name about which rows are not settled yet. */
  has(name: OperationName): boolean {
    const { changed, changedChildren, reserved } = this.#unsettled;
    if (changed.has(name) || changedChildren.has(name) || reserved.has(name)) return false;
    const [isKnown] = this.#known.firstSettled([name, name]) ?? [1];
    if (isKnown !== 0) return false;
    // The end of the operation will ask.
    this.#waitsOfChildren.keep(name, []);
    return true;
  }
}
