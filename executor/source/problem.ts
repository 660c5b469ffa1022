/** A place in the source file; both count from 1. */
export interface Position {
  /** The line, from 1. */
  readonly line: number;
  /** The column, from 1. */
  readonly column: number;
}

/** One mistake in a workflow file, found before it runs. */
export interface Problem {
  /** What is wrong, and what to write instead. */
  readonly message: string;
  /** Where it is. */
  readonly position: Position;
  /** The step it is in, where there is one. */
  readonly step?: string;
  /** A warning does not stop a deployment: the file is valid, but most likely does not do what its author means. */
  readonly severity?: 'warning';
}

/** A workflow file that can't be deployed, with everything that is wrong in it. */
export class InvalidWorkflowError extends Error {
  /** The name of the class. */
  override readonly name = 'InvalidWorkflowError';
  /** All mistakes, in the order of the source. */
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map(describeProblem).join('\n'));
    this.problems = problems;
  }
}

/** `line:column: error in step NAME: message`. */
export function describeProblem({ message, position, step, severity }: Problem): string {
  const place = `${position.line}:${position.column}: `;
  if (step !== undefined) return `${place}${severity ?? 'error'} in step ${step}: ${message}`;
  return severity === undefined ? place + message : `${place}${severity}: ${message}`;
}

/** Collects problems, so that one check reports them all and not only the first. */
export class Problems {
  readonly #errors: Problem[] = [];
  readonly #warnings: Problem[] = [];
  #step: string | undefined;

  add(message: string, position: Position): void {
    this.#errors.push(this.#problem(message, position));
  }

  /** Adds a warning, which does not make the file invalid. */
  warn(message: string, position: Position): void {
    this.#warnings.push({ ...this.#problem(message, position), severity: 'warning' });
  }

  /** Everything added while `body` runs is in `step`. */
  inStep(step: string, body: () => void): void {
    const outer = this.#step;
    this.#step = step;
    body();
    this.#step = outer;
  }

  /** Whether anything but warnings was added. */
  get found(): boolean {
    return this.#errors.length > 0;
  }

  /** The warnings, in the order of the source. */
  warnings(): Problem[] {
    return inOrder(this.#warnings);
  }

  /** @throws InvalidWorkflowError with every error, in the order of the source, when there is any */
  throwIfFound(): void {
    if (this.found) throw new InvalidWorkflowError(inOrder(this.#errors));
  }

  #problem(message: string, position: Position): Problem {
    return this.#step === undefined ? { message, position } : { message, position, step: this.#step };
  }
}

function inOrder(problems: readonly Problem[]): Problem[] {
  return problems.toSorted(
    (a, b) => a.position.line - b.position.line || a.position.column - b.position.column,
  );
}
