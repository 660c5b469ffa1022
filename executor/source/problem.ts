/** A place in the source file; both count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** One mistake in a workflow file, found before it runs. */
export interface Problem {
  readonly message: string;
  readonly position: Position;
  /** The step it is in, where there is one. */
  readonly step?: string;
}

/** A workflow file that can't be deployed, with everything that is wrong in it. */
export class InvalidWorkflowError extends Error {
  override readonly name = 'InvalidWorkflowError';
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map(describeProblem).join('\n'));
    this.problems = problems;
  }
}

export function describeProblem(problem: Problem): string {
  const { line, column } = problem.position;
  const step = problem.step === undefined ? '' : `error in step ${problem.step}: `;
  return `${line}:${column}: ${step}${problem.message}`;
}

/** Collects problems, so that one check reports them all and not only the first. */
export class Problems {
  readonly #list: Problem[] = [];
  #step: string | undefined;

  add(message: string, position: Position): void {
    this.#list.push(
      this.#step === undefined ? { message, position } : { message, position, step: this.#step },
    );
  }

  /** Everything added while `body` runs is in `step`. */
  inStep(step: string, body: () => void): void {
    const outer = this.#step;
    this.#step = step;
    body();
    this.#step = outer;
  }

  get found(): boolean {
    return this.#list.length > 0;
  }

  /** In the order of the source. */
  sorted(): Problem[] {
    return this.#list.toSorted(
      (a, b) => a.position.line - b.position.line || a.position.column - b.position.column,
    );
  }

  /** @throws InvalidWorkflowError when anything was added */
  throwIfFound(): void {
    if (this.found) throw new InvalidWorkflowError(this.sorted());
  }
}
