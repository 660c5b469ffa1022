import { callPure, ExpressionCompiler } from '../expression/compiler.ts';
import type {
  CallAction,
  Except,
  Loop,
  ParallelAction,
  Retry,
  Routine,
  Step,
  Template,
  Workflow,
} from '../source/model.ts';
import { libraryFunction } from '../stdlib/library.ts';
import type { Scopes } from './binder.ts';
import { JumpTable } from './jump-table.ts';
import type { LexicalScope } from './lexical-scope.ts';
import type {
  Block,
  CallOperation,
  CompiledLoop,
  CompiledRoutine,
  Evaluation,
  Instruction,
  Operation,
  ParallelOperation,
  Program,
} from './program.ts';
import { TemplateCompiler } from './template-compiler.ts';

/** Compiles a workflow that has passed the static checks. */
export function compileWorkflow(workflow: Workflow, scopes: Scopes): Program {
  const compiler = new Compiler(workflow, scopes);
  return {
    routines: new Map([...workflow.routines].map(([name, routine]) => [name, compiler.routine(routine)])),
  };
}

class Compiler {
  readonly #workflow: Workflow;
  readonly #scopes: Scopes;
  readonly #templates: TemplateCompiler;

  constructor(workflow: Workflow, scopes: Scopes) {
    this.#workflow = workflow;
    this.#scopes = scopes;
    this.#templates = new TemplateCompiler(new ExpressionCompiler((name) => workflow.routines.has(name)));
  }

  routine(routine: Routine): CompiledRoutine {
    const scope = this.#scopes.of(routine);
    return {
      name: routine.name,
      parameters: routine.parameters.map(({ name, fallback }) => ({
        name,
        ...(fallback && { fallback: this.#evaluation(fallback, scope) }),
      })),
      slots: scope.size,
      block: this.#block(routine.steps, scope, new JumpTable()),
    };
  }

  #evaluation(template: Template, scope: LexicalScope): Evaluation {
    return this.#templates.compile(template, scope);
  }

  #block(steps: readonly Step[], scope: LexicalScope, outer: JumpTable): Block {
    const block: Block = { instructions: [] };
    const jumps = outer.within(
      block,
      steps.map(({ name }) => name),
    );
    for (const step of steps) block.instructions.push(this.#instruction(step, scope, jumps));
    return block;
  }

  #instruction(step: Step, scope: LexicalScope, jumps: JumpTable): Instruction {
    const { name, position, action, next } = step;
    const operation = this.#operation(action, scope, jumps);
    return { name, position, operation, ...(next && { next: jumps.transfer(next.target) }) };
  }

  #operation(action: Step['action'], scope: LexicalScope, jumps: JumpTable): Operation {
    switch (action.kind) {
      case 'assign':
        return {
          kind: 'assign',
          stores: action.assignments.map(({ variable, path, value }) => ({
            binding: this.#binding(variable, scope),
            name: variable,
            path: path.map((key) => this.#templates.expressions.compile(key, scope)),
            value: this.#evaluation(value, scope),
          })),
        };
      case 'call':
        return this.#call(action, scope);
      case 'switch':
        return {
          kind: 'switch',
          cases: action.cases.map(({ condition, body }) => ({
            condition: this.#evaluation(condition, scope),
            body: this.#instruction(body, scope, jumps),
          })),
        };
      case 'for':
        return { kind: 'for', loop: this.#loop(action.loop, scope, jumps) };
      case 'parallel':
        return this.#parallel(action, scope, jumps);
      case 'try':
        return {
          kind: 'try',
          block: this.#block(action.steps, scope, jumps),
          ...(action.retry && { retry: this.#retry(action.retry, scope) }),
          ...(action.except && { except: this.#except(action.except, jumps) }),
        };
      case 'raise':
      case 'return':
        return { kind: action.kind, value: this.#evaluation(action.value, scope) };
      case 'steps':
        return { kind: 'steps', block: this.#block(action.steps, scope, jumps) };
      case 'jump':
        return { kind: 'jump' };
    }
  }

  #call({ callee, args, result }: CallAction, scope: LexicalScope): CallOperation {
    const named = new Map(args.kind === 'named' ? args.values.map(({ name, value }) => [name, value]) : []);
    const argument = (name: string, at: number): Evaluation | undefined => {
      const template = args.kind === 'named' ? named.get(name) : args.values[at];
      return template && this.#evaluation(template, scope);
    };
    const stored = result && { result: this.#binding(result.name, scope) };
    const routine = this.#workflow.routines.get(callee);
    if (routine) {
      const ordered = routine.parameters.map(({ name }, at) => argument(name, at));
      return { kind: 'call', callee: { kind: 'routine', name: callee, args: ordered }, ...stored };
    }
    const fn = libraryFunction(callee);
    if (fn === undefined) {
      return { kind: 'call', callee: { kind: 'connector', name: callee }, ...stored };
    }
    const ordered = fn.parameters.map(
      ({ name, fallback = null }, at): Evaluation =>
        argument(name, at) ?? { immediate: true, value: () => fallback },
    );
    if (fn.kind === 'blocking') {
      return { kind: 'call', callee: { kind: 'blocking', function: fn, args: ordered }, ...stored };
    }
    const value: Evaluation = {
      immediate: ordered.every(({ immediate }) => immediate),
      value: callPure(
        fn,
        ordered.map((arg) => arg.value),
      ),
    };
    return { kind: 'call', callee: { kind: 'pure', value }, ...stored };
  }

  #loop(loop: Loop, outer: LexicalScope, jumps: JumpTable): CompiledLoop {
    const scope = this.#scopes.of(loop);
    return {
      slots: scope.size,
      value: this.#binding(loop.value.name, scope).slot,
      ...(loop.index && { index: this.#binding(loop.index.name, scope).slot }),
      source: { kind: loop.source.kind, values: this.#evaluation(loop.source.values, outer) },
      block: this.#block(loop.steps, scope, jumps),
    };
  }

  #parallel(action: ParallelAction, scope: LexicalScope, jumps: JumpTable): ParallelOperation {
    const { work, concurrencyLimit } = action;
    const limit = concurrencyLimit && { concurrencyLimit: this.#evaluation(concurrencyLimit, scope) };
    if (work.kind === 'for') {
      return { kind: 'parallel', work: { kind: 'for', loop: this.#loop(work.loop, scope, jumps) }, ...limit };
    }
    const branches = work.branches.map((branch) => {
      const own = this.#scopes.of(branch);
      return {
        name: branch.name,
        position: branch.position,
        slots: own.size,
        block: this.#block(branch.steps, own, jumps),
      };
    });
    return { kind: 'parallel', work: { kind: 'branches', branches }, ...limit };
  }

  #retry(retry: Retry, scope: LexicalScope): Evaluation {
    if (retry.kind === 'policy') return this.#evaluation(retry.policy, scope);
    const text = (value: string): Template => ({ kind: 'literal', value });
    const entries = (parts: Record<string, Template | undefined>) =>
      Object.entries(parts).flatMap(([key, value]) => (value ? [[text(key), value] as const] : []));
    const backoff = entries({
      initial_delay: retry.initialDelay,
      max_delay: retry.maxDelay,
      multiplier: retry.multiplier,
    });
    const policy = entries({
      predicate: retry.predicate,
      max_retries: retry.maxRetries,
      backoff: { kind: 'map', entries: backoff },
    });
    return this.#evaluation({ kind: 'map', entries: policy }, scope);
  }

  #except(except: Except, jumps: JumpTable) {
    const scope = this.#scopes.of(except);
    const variable = except.variable && { variable: this.#binding(except.variable.name, scope).slot };
    return { slots: scope.size, ...variable, block: this.#block(except.steps, scope, jumps) };
  }

  #binding(name: string, scope: LexicalScope) {
    const binding = scope.resolve(name);
    if (binding === undefined) throw new Error(`variable '${name}' was not bound`);
    return binding;
  }
}
