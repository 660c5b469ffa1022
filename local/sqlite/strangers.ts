import type { OperationName } from '../../shared/lifecycle/operation-name.ts';
import type { AbsentNames } from './absent-names.ts';
import type { UnsettledNames } from './changed-names.ts';
import type { Connection } from './connection.ts';
import type { WaitsOfChildren } from './waits-of-children.ts';

/**
 * Recognizes names that are new to the database: no operation has the name, and no wait has it as a pending child, so none has reserved
 * it either. Nearly every operation that a client creates or a wait spawns has such a name, and one query answers what would be three.
 */
export class Strangers {
  readonly #unsettled: UnsettledNames;
  readonly #waitsOfChildren: WaitsOfChildren;
  readonly #absent: AbsentNames;
  readonly #known;
  readonly #knownOfMany;

  constructor(
    connection: Connection,
    unsettled: UnsettledNames,
    waitsOfChildren: WaitsOfChildren,
    absent: AbsentNames,
  ) {
    this.#unsettled = unsettled;
    this.#waitsOfChildren = waitsOfChildren;
    this.#absent = absent;
    this.#known = connection.query<[number]>(
      `SELECT EXISTS (SELECT 1 FROM operations WHERE name = ?)
           OR EXISTS (SELECT 1 FROM pending_children WHERE child = ?)`,
    );
    // CROSS JOIN: SQLite keeps the order of the tables, so it searches an index for each name.
    this.#knownOfMany = connection.query<[number]>(
      `SELECT EXISTS (SELECT 1 FROM json_each(?) CROSS JOIN operations ON name = value)
           OR EXISTS (SELECT 1 FROM json_each(?) CROSS JOIN pending_children ON child = value)`,
    );
  }

  /** Returns false also for a name about which rows are not settled yet. */
  has(name: OperationName): boolean {
    if (this.#isUnsettled(name)) return false;
    const [isKnown] = this.#known.firstSettled([name, name]) ?? [1];
    if (isKnown !== 0) return false;
    // The end of the operation will ask.
    this.#waitsOfChildren.keep(name, []);
    return true;
  }

  /** Whether all of the names are new. Returns false also if rows about one of them are not settled yet. */
  hasAll(names: readonly OperationName[]): boolean {
    if (names.some((name) => this.#isUnsettled(name))) return false;
    const listed = JSON.stringify(names);
    const [isKnown] = this.#knownOfMany.firstSettled([listed, listed]) ?? [1];
    if (isKnown !== 0) return false;
    for (const name of names) {
      this.#waitsOfChildren.keep(name, []);
      this.#absent.add(name);
    }
    return true;
  }

  #isUnsettled(name: OperationName): boolean {
    const { changed, changedChildren, reserved } = this.#unsettled;
    return changed.has(name) || changedChildren.has(name) || reserved.has(name);
  }
}
