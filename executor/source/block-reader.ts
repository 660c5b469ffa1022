import { LIMITS } from '../limits.ts';
import type { EnclosingReader } from './enclosing-reader.ts';
import { Fields } from './fields.ts';
import { LITERAL_RULES, type LiteralRule } from './literal-rule.ts';
import type {
  Action,
  Branch,
  Case,
  Except,
  Loop,
  ParallelAction,
  Retry,
  Step,
  Template,
  VariableName,
} from './model.ts';
import type { Position } from './problem.ts';
import type { SourceNode } from './source-node.ts';
import { warnIfUnreadable } from './variable-name.ts';

const EMPTY_LIST: Template = { kind: 'literal', value: [] };

/** Reads the actions that hold other steps: `switch`, `for`, `parallel`, `try`. */
export class BlockReader {
  readonly #reader: EnclosingReader;

  constructor(reader: EnclosingReader) {
    this.#reader = reader;
  }

  switch(name: string, node: SourceNode): Action {
    const { problems } = this.#reader;
    if (node.kind !== 'list') {
      problems.add("'switch' must be a list of conditions", node.position);
      return { kind: 'switch', cases: [] };
    }
    if (node.items.length === 0) problems.add("'switch' has no conditions", node.position);
    if (node.items.length > LIMITS.conditionsPerSwitch) {
      problems.add(
        `${node.items.length} conditions in one switch; at most ${LIMITS.conditionsPerSwitch} are allowed`,
        node.position,
      );
    }
    return { kind: 'switch', cases: node.items.flatMap((item) => this.#case(name, item) ?? []) };
  }

  #case(name: string, node: SourceNode): Case | undefined {
    const { problems, templates } = this.#reader;
    const fields = Fields.of(node, 'a condition', problems);
    if (fields === undefined) return undefined;
    const condition = fields.get('condition');
    if (condition === undefined) {
      problems.add("a case of a switch needs a 'condition'", node.position);
      return undefined;
    }
    const body = this.#reader.body(name, node.position, node, ['condition']);
    return { condition: templates.typed(condition, LITERAL_RULES.condition), position: node.position, body };
  }

  loop(node: SourceNode): Loop {
    const { problems, templates } = this.#reader;
    const fields = Fields.of(node, "'for'", problems);
    const value = fields && this.#reader.variable(fields, 'value');
    if (fields === undefined || value === undefined) {
      if (fields && !fields.has('value')) problems.add("'for' needs a 'value'", node.position);
      const unnamed: VariableName = { name: '', position: node.position };
      return {
        value: unnamed,
        source: { kind: 'in', values: EMPTY_LIST },
        steps: [],
        position: node.position,
      };
    }
    fields.allow(['value', 'index', 'in', 'range', 'steps'], "'for'");
    if (fields.has('in') === fields.has('range')) {
      problems.add("'for' needs either 'in' or 'range'", node.position);
    }
    const kind = fields.has('range') ? 'range' : 'in';
    const source = fields.get(kind);
    const index = this.#reader.variable(fields, 'index');
    return {
      value,
      ...(index && { index }),
      source: { kind, values: source ? templates.typed(source, LITERAL_RULES[kind]) : EMPTY_LIST },
      steps: this.#nested(fields, "'for'", node.position),
      position: node.position,
    };
  }

  parallel(node: SourceNode): ParallelAction {
    const { problems, templates } = this.#reader;
    const nothing: ParallelAction = {
      kind: 'parallel',
      work: { kind: 'branches', branches: [] },
      shared: [],
      position: node.position,
    };
    const fields = Fields.of(node, "'parallel'", problems);
    if (fields === undefined) return nothing;
    fields.allow(['branches', 'for', 'shared', 'concurrency_limit', 'exception_policy'], "'parallel'");
    if (fields.has('branches') === fields.has('for')) {
      problems.add("'parallel' needs either 'branches' or 'for'", node.position);
    }
    const policy = fields.text('exception_policy');
    if (policy !== undefined && policy !== 'continueAll') {
      problems.add(
        `unknown exception_policy '${policy}': only continueAll exists`,
        fields.positionOf('exception_policy'),
      );
    }
    const shared = (fields.list('shared') ?? []).flatMap((item): VariableName[] => {
      if (item.kind === 'scalar' && typeof item.value === 'string') {
        warnIfUnreadable(item.value, item.position, problems);
        return [{ name: item.value, position: item.position }];
      }
      problems.add("'shared' must be a list of variable names", item.position);
      return [];
    });
    const loop = fields.get('for');
    const limit = fields.get('concurrency_limit');
    return {
      ...nothing,
      work: loop
        ? { kind: 'for', loop: this.loop(loop) }
        : { kind: 'branches', branches: this.#branches(fields) },
      shared,
      ...(limit && { concurrencyLimit: templates.typed(limit, LITERAL_RULES.concurrencyLimit) }),
    };
  }

  #branches(fields: Fields): Branch[] {
    const { problems } = this.#reader;
    const nodes = fields.list('branches') ?? [];
    if (fields.has('branches') && (nodes.length < 2 || nodes.length > LIMITS.branches)) {
      problems.add(
        `${nodes.length} branches: expected 2 to ${LIMITS.branches}`,
        fields.positionOf('branches'),
      );
    }
    return nodes.flatMap((node): Branch[] => {
      const entry = this.#reader.oneEntry(node, 'a branch');
      const body = entry && Fields.of(entry.value, 'a branch', problems);
      if (entry === undefined || body === undefined) return [];
      body.allow(['steps'], 'a branch');
      return [
        {
          name: entry.key,
          steps: this.#nested(body, `branch '${entry.key}'`, entry.position),
          position: entry.position,
        },
      ];
    });
  }

  try(name: string, fields: Fields): Action {
    const node = fields.get('try') as SourceNode;
    const retry = this.#retry(fields);
    const except = this.#except(name, fields);
    return {
      kind: 'try',
      steps: this.#tried(name, node, retry !== undefined),
      ...(retry && { retry }),
      ...(except && { except }),
    };
  }

  /**
   * The steps under `try`: `steps`, or one step inline. With `retry`, a loop needs a step name of its own ("Known
   * issues"); with `except` alone deployed files have it inline.
   */
  #tried(name: string, node: SourceNode, retried: boolean): readonly Step[] {
    const body = this.#reader.body(name, node.position, node);
    if (body.action.kind === 'for' && retried) {
      this.#reader.problems.add(
        "loop step name should not be empty: under a 'try' with 'retry', put the 'for' in a step of 'steps'",
        node.position,
      );
    }
    return body.action.kind === 'steps' && !body.next ? body.action.steps : [body];
  }

  #retry(fields: Fields): Retry | undefined {
    const { problems, templates } = this.#reader;
    const node = fields.get('retry');
    if (node === undefined) return undefined;
    if (node.kind !== 'map')
      return { kind: 'policy', policy: templates.template(node), position: node.position };
    const retry = new Fields(node.entries, node.position, problems);
    retry.allow(['predicate', 'max_retries', 'backoff'], "'retry'");
    const backoffNode = retry.get('backoff');
    const given = backoffNode?.kind === 'map' ? backoffNode.entries : [];
    if (backoffNode && backoffNode.kind !== 'map')
      problems.add("'backoff' must be a map", backoffNode.position);
    const backoff = new Fields(given, node.position, problems);
    backoff.allow(['initial_delay', 'max_delay', 'multiplier'], "'backoff'");
    const part = (of: Fields, rule: LiteralRule): Template | undefined => {
      const value = of.get(rule.field);
      return value && templates.typed(value, rule);
    };
    const parts = {
      predicate: part(retry, LITERAL_RULES.predicate),
      maxRetries: part(retry, LITERAL_RULES.maxRetries),
      initialDelay: part(backoff, LITERAL_RULES.initialDelay),
      maxDelay: part(backoff, LITERAL_RULES.maxDelay),
      multiplier: part(backoff, LITERAL_RULES.multiplier),
    };
    return { kind: 'parts', position: node.position, ...parts };
  }

  /** `as`, and what runs: `steps`, or one step written in place, as under `try`. */
  #except(name: string, fields: Fields): Except | undefined {
    const { problems } = this.#reader;
    const node = fields.get('except');
    if (node === undefined) return undefined;
    const except = Fields.of(node, "'except'", problems);
    if (except === undefined) return undefined;
    const variable = this.#reader.variable(except, 'as');
    const body = this.#reader.body(name, node.position, node, ['as']);
    const { action, next } = body;
    const empty = action.kind === 'jump' && !next;
    const steps = empty ? [] : action.kind === 'steps' && !next ? action.steps : [body];
    return { ...(variable && { variable }), steps, position: node.position };
  }

  #nested(fields: Fields, what: string, position: Position): Step[] {
    const node = fields.get('steps');
    if (node !== undefined) return this.#reader.steps(node, what);
    this.#reader.problems.add(`${what} has no steps`, position);
    return [];
  }
}
