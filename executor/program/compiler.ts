import type { CheckedWorkflow } from '../checks/workflow-check.ts';
import type { ConnectorCatalog } from '../connectors/catalog.ts';
import type { Connector } from '../connectors/connector.ts';
import { callPure, ExpressionCompiler } from '../expression/compiler.ts';
import type { PendingTarget } from '../expression/pending-call.ts';
import type {
  Arguments,
  CallAction,
  Except,
  Loop,
  ParallelAction,
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
import { retryPolicy } from './retry-policy.ts';
import { TemplateCompiler } from './template-compiler.ts';

/** Compiles a workflow that has passed the static checks. */
export function compileWorkflow(
  workflow: Workflow,
  { scopes, warnings }: CheckedWorkflow,
  connectors: ConnectorCatalog,
): Program {
  const compiler = new Compiler(workflow, scopes, connectors);
  return {
    routines: new Map([...workflow.routines].map(([name, routine]) => [name, compiler.routine(routine)])),
    warnings,
  };
}

class Compiler {
  readonly #workflow: Workflow;
  readonly #scopes: Scopes;
  readonly #connectors: ConnectorCatalog;
  readonly #templates: TemplateCompiler;

  constructor(workflow: Workflow, scopes: Scopes, connectors: ConnectorCatalog) {
    this.#workflow = workflow;
    this.#scopes = scopes;
    this.#connectors = connectors;
    this.#templates = new TemplateCompiler(new ExpressionCompiler((name) => this.#pendingTarget(name)));
  }

  routine(routine: Routine): CompiledRoutine {
    const scope = this.#scopes.of(routine);
    return {
      name: routine.name,
      parameters: routine.parameters.map(({ name, fallback }) => ({
        name,
        ...(fallback && { fallback: this.#evaluation(fallback, scope) }),
      })),
      names: scope.names(),
      block: this.#block(routine.steps, scope, new JumpTable()),
    };
  }

  #pendingTarget(name: string): PendingTarget | undefined {
    if (this.#workflow.routines.has(name)) return { kind: 'routine', name };
    const connector = this.#connectors.find(name);
    return connector && { kind: 'connector', connector };
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
          ...(action.retry && { retry: this.#evaluation(retryPolicy(action.retry), scope) }),
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
    const connector = this.#connectors.find(callee);
    if (connector !== undefined) {
      const values = this.#connectorArguments(connector, args, scope);
      return { kind: 'call', callee: { kind: 'connector', connector, args: values }, ...stored };
    }
    const fn = libraryFunction(callee);
    if (fn === undefined) throw new Error(`the call of '${callee}' was not checked`);
    const ordered = fn.parameters.map(
      ({ name, fallback = null }, at): Evaluation =>
        argument(name, at) ?? { immediate: true, value: () => fallback },
    );
    if (fn.kind === 'blocking') {
      const names = fn.parameters.map(({ name }) => name);
      const given = new Set(args.kind === 'named' ? named.keys() : names.slice(0, args.values.length));
      return { kind: 'call', callee: { kind: 'blocking', function: fn, args: ordered, given }, ...stored };
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

  /** The arguments as one map: by name, or in the order of the connector's parameters. */
  #connectorArguments(connector: Connector, args: Arguments, scope: LexicalScope): Evaluation {
    const entries =
      args.kind === 'named'
        ? args.values.map(({ name, value }) => [name, value] as const)
        : args.values.map((value, at) => [connector.parameters[at]?.name ?? '', value] as const);
    const key = (value: string): Template => ({ kind: 'literal', value });
    return this.#evaluation(
      { kind: 'map', entries: entries.map(([name, value]) => [key(name), value]) },
      scope,
    );
  }

  #loop(loop: Loop, outer: LexicalScope, jumps: JumpTable): CompiledLoop {
    const scope = this.#scopes.of(loop);
    return {
      names: scope.names(),
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
        names: own.names(),
        block: this.#block(branch.steps, own, jumps),
      };
    });
    return { kind: 'parallel', work: { kind: 'branches', branches }, ...limit };
  }

  #except(except: Except, jumps: JumpTable) {
    const scope = this.#scopes.of(except);
    const variable = except.variable && { variable: this.#binding(except.variable.name, scope).slot };
    return { names: scope.names(), ...variable, block: this.#block(except.steps, scope, jumps) };
  }

  #binding(name: string, scope: LexicalScope) {
    const binding = scope.resolve(name);
    if (binding === undefined) throw new Error(`variable '${name}' was not bound`);
    return binding;
  }
}
