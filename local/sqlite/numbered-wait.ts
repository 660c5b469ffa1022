import type { OperationName } from '../../shared/lifecycle/operation-name.ts';
import type { WaitRef } from '../../shared/lifecycle/wait.ts';

/** A wait with the number of its row. */
export class NumberedWait implements WaitRef {
  readonly operation: OperationName;
  readonly waitId: string;
  readonly #number: number;

  constructor(operation: OperationName, waitId: string, number: number) {
    this.operation = operation;
    this.waitId = waitId;
    this.#number = number;
  }

  /** undefined for a wait that the store did not return. */
  static numberOf(wait: WaitRef): number | undefined {
    return #number in wait ? wait.#number : undefined;
  }
}
