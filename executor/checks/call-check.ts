import { ConnectorCatalog } from '../connectors/catalog.ts';
import {
  CONNECTOR_PARAMS,
  type Connector,
  isInPath,
  QUERY_ARGUMENT,
  SYSTEM_PARAMETERS,
} from '../connectors/connector.ts';
import { ENDPOINT_ARGUMENTS } from '../connectors/destination.ts';
import type { Argument, CallAction, Workflow } from '../source/model.ts';
import type { Position, Problems } from '../source/problem.ts';
import { didYouMean } from '../source/suggestion.ts';
import { libraryFunction } from '../stdlib/library.ts';
import { callableHint } from './callable-hint.ts';

interface Signature {
  readonly parameters: readonly { readonly name: string; readonly required: boolean }[];
  /** Whether a call may also pass a name that is not among the parameters. */
  readonly alsoTakes?: (name: string) => boolean;
  /** Names that it takes besides its parameters, to suggest where a name is not one of them. */
  readonly besides?: readonly string[];
  /** The parameters that a call may pass in the map `query` instead. */
  readonly inQuery?: readonly string[];
}

/** Checks that the called function exists and that its arguments match its parameters. */
export class CallCheck {
  readonly #workflow: Workflow;
  readonly #problems: Problems;
  readonly #connectors: ConnectorCatalog;

  constructor(workflow: Workflow, problems: Problems, connectors: ConnectorCatalog) {
    this.#workflow = workflow;
    this.#problems = problems;
    this.#connectors = connectors;
  }

  /** A call step: arguments by name, or as a list by position. */
  step({ callee, args, position }: CallAction): void {
    const signature = this.#signature(callee, position);
    if (signature === undefined) return;
    if (args.kind === 'positional') this.#positional(callee, signature, args.values.length, args.position);
    else this.#named(callee, signature, args.values, position);
  }

  /** A call in an expression: arguments by position, and no blocking function. Connectors may stand there. */
  expression(callee: string, count: number, position: Position): void {
    if (!this.#workflow.routines.has(callee) && libraryFunction(callee)?.kind === 'blocking') {
      this.#problems.add(
        `'${callee}' blocks and can't be called in an expression: use a call step`,
        position,
      );
      return;
    }
    const signature = this.#signature(callee, position);
    if (signature) this.#positional(callee, signature, count, position);
  }

  #named(callee: string, signature: Signature, values: readonly Argument[], position: Position): void {
    const known = new Set(signature.parameters.map(({ name }) => name));
    const given = new Set(values.map(({ name }) => name));
    for (const { name, position: place } of values) {
      if (known.has(name) || signature.alsoTakes?.(name)) continue;
      const expected = [...known, ...(signature.besides ?? [])];
      const absent = expected.filter((parameter) => !given.has(parameter));
      const hint = didYouMean(name, absent) || `: expected ${expected.join(', ') || 'none'}`;
      this.#problems.add(`unexpected argument '${name}' of '${callee}'${hint}`, place);
    }
    const elsewhere = signature.inQuery !== undefined && given.has(QUERY_ARGUMENT) ? signature.inQuery : [];
    for (const { name, required } of signature.parameters) {
      if (required && !given.has(name) && !elsewhere.includes(name)) {
        this.#problems.add(`missing argument '${name}' of '${callee}'`, position);
      }
    }
  }

  #positional(callee: string, { parameters }: Signature, count: number, position: Position): void {
    if (count > parameters.length) {
      this.#problems.add(`'${callee}' takes at most ${parameters.length} arguments; got ${count}`, position);
    }
    const missing = parameters.filter(({ required }, at) => required && at >= count).map(({ name }) => name);
    if (missing.length > 0) this.#problems.add(`'${callee}' misses ${missing.join(', ')}`, position);
  }

  #signature(callee: string, position: Position): Signature | undefined {
    const { routines } = this.#workflow;
    const callable = routines.get(callee) ?? libraryFunction(callee);
    if (callable !== undefined) return { parameters: required(callable.parameters) };
    const connector = this.#connectors.find(callee);
    if (connector !== undefined) return connectorSignature(connector);
    if (ConnectorCatalog.isConnectorName(callee)) {
      this.#problems.add(`unknown connector '${callee}'${this.#connectors.hint(callee)}`, position);
    } else {
      const hint = callableHint(callee, routines.keys());
      this.#problems.add(`'${callee}' is neither a subworkflow nor a function${hint}`, position);
    }
    return undefined;
  }
}

function required(parameters: readonly { readonly name: string; readonly fallback?: unknown }[]) {
  return parameters.map(({ name, fallback }) => ({ name, required: fallback === undefined }));
}

function connectorSignature(connector: Connector): Signature {
  // A parameter such as `updateMask.fieldPaths` may be given as a map, `updateMask: {fieldPaths: …}`.
  const nested = new Set(connector.parameters.map(({ name }) => name.split('.')[0] ?? name));
  const takesAlso = (name: string) =>
    name === CONNECTOR_PARAMS ||
    nested.has(name) ||
    (connector.kind === 'method' &&
      (name === QUERY_ARGUMENT || SYSTEM_PARAMETERS.has(name) || ENDPOINT_ARGUMENTS.includes(name)));
  const parameters = required(connector.parameters);
  const besides = [CONNECTOR_PARAMS];
  if (connector.kind !== 'method') return { parameters, alsoTakes: takesAlso, besides };
  const inQuery = connector.parameters.map(({ name }) => name).filter((name) => !isInPath(connector, name));
  return { parameters, alsoTakes: takesAlso, besides, inQuery };
}
