import type { CallAction, Workflow } from '../source/model.ts';
import type { Position, Problems } from '../source/problem.ts';
import { isConnector, libraryFunction, libraryNames } from '../stdlib/library.ts';

type Signature = readonly { readonly name: string; readonly required: boolean }[];

/** Checks that what is called exists and gets the arguments it takes. */
export class CallCheck {
  readonly #workflow: Workflow;
  readonly #problems: Problems;

  constructor(workflow: Workflow, problems: Problems) {
    this.#workflow = workflow;
    this.#problems = problems;
  }

  /** A call step: arguments by name, or as a list by position. */
  step({ callee, args, position }: CallAction): void {
    const signature = this.#signature(callee, position);
    if (signature === undefined) return;
    if (args.kind === 'positional') {
      this.#positional(callee, signature, args.values.length, args.position);
      return;
    }
    for (const { name, position: place } of args.values) {
      if (signature.some((parameter) => parameter.name === name)) continue;
      const known = signature.map((parameter) => parameter.name).join(', ') || 'none';
      this.#problems.add(`unexpected argument '${name}' of '${callee}': expected ${known}`, place);
    }
    for (const { name, required } of signature) {
      if (required && !args.values.some((argument) => argument.name === name)) {
        this.#problems.add(`missing argument '${name}' of '${callee}'`, position);
      }
    }
  }

  /** A call in an expression: arguments by position, and nothing that blocks. */
  expression(callee: string, count: number, position: Position): void {
    if (!this.#workflow.routines.has(callee)) {
      if (libraryFunction(callee)?.kind === 'blocking' || isConnector(callee)) {
        this.#problems.add(
          `'${callee}' blocks and can't be called in an expression: use a call step`,
          position,
        );
        return;
      }
    }
    const signature = this.#signature(callee, position);
    if (signature) this.#positional(callee, signature, count, position);
  }

  #positional(callee: string, signature: Signature, count: number, position: Position): void {
    if (count > signature.length) {
      this.#problems.add(`'${callee}' takes at most ${signature.length} arguments; got ${count}`, position);
    }
    const missing = signature.filter(({ required }, at) => required && at >= count).map(({ name }) => name);
    if (missing.length > 0) this.#problems.add(`'${callee}' misses ${missing.join(', ')}`, position);
  }

  #signature(callee: string, position: Position): Signature | undefined {
    const routine = this.#workflow.routines.get(callee);
    if (routine)
      return routine.parameters.map(({ name, fallback }) => ({ name, required: fallback === undefined }));
    const fn = libraryFunction(callee);
    if (fn) return fn.parameters.map(({ name, fallback }) => ({ name, required: fallback === undefined }));
    if (!isConnector(callee)) {
      this.#problems.add(
        `'${callee}' is neither a subworkflow nor a function${suggestion(callee)}`,
        position,
      );
    }
    return undefined;
  }
}

/** The functions of the same module, where there is one. */
function suggestion(callee: string): string {
  const module = callee.includes('.') ? callee.slice(0, callee.lastIndexOf('.') + 1) : undefined;
  const same = module ? [...libraryNames()].filter((name) => name.startsWith(module)) : [];
  return same.length === 0 ? '' : `: did you mean one of ${same.join(', ')}?`;
}
