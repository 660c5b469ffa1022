import { LIMITS } from '../limits.ts';
import { readDocument } from './document.ts';
import { Fields } from './fields.ts';
import type { Parameter, Routine, Workflow } from './model.ts';
import { InvalidWorkflowError, type Position, Problems } from './problem.ts';
import type { SourceEntry, SourceNode } from './source-node.ts';
import { StepReader } from './step-reader.ts';
import { VARIABLE, warnIfUnreadable } from './variable-name.ts';

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * Reads a workflow file: a list of steps, or a map with `main` and subworkflows ("Syntax overview").
 *
 * @throws InvalidWorkflowError with every structural mistake
 */
export function readWorkflow(text: string): Workflow {
  return workflowOf(readDocument(text));
}

/** Reads a workflow from a document. @throws InvalidWorkflowError with every structural mistake */
export function workflowOf(document: SourceNode): Workflow {
  const problems = new Problems();
  const reader = new WorkflowReader(problems);
  const routines = reader.routines(document);
  const main = routines.get('main');
  if (main === undefined && !problems.found) problems.add("there is no 'main' workflow", document.position);
  problems.throwIfFound();
  return { routines, main: main as Routine, warnings: problems.warnings() };
}

const TEXT_OF_LIST = /^\s*\[/;

class WorkflowReader {
  readonly #problems: Problems;
  readonly #steps: StepReader;

  constructor(problems: Problems) {
    this.#problems = problems;
    this.#steps = new StepReader(problems);
  }

  routines(document: SourceNode): Map<string, Routine> {
    switch (document.kind) {
      case 'list': {
        const steps = this.#steps.steps(document, 'the workflow');
        return new Map([['main', { name: 'main', parameters: [], steps, position: document.position }]]);
      }
      case 'map':
        return new Map(document.entries.map((entry) => [entry.key, this.#routine(entry)]));
      case 'scalar':
        this.#problems.add("a workflow is a list of steps or a map with 'main'", document.position);
        return new Map();
    }
  }

  #routine(entry: SourceEntry): Routine {
    const { key: name, position } = entry;
    if (!NAME.test(name)) this.#problems.add(`'${name}' is not a valid workflow name`, position);
    const body = entry.value;
    // A subworkflow may be a bare list of steps, as the whole file may.
    if (body.kind === 'list') return { name, parameters: [], steps: this.#steps.steps(body, name), position };
    const fields = Fields.of(body, `workflow '${name}'`, this.#problems);
    if (fields === undefined) return { name, parameters: [], steps: [], position };
    fields.allow(['params', 'steps'], `workflow '${name}'`);
    const stepList = fields.get('steps');
    if (stepList === undefined) this.#problems.add(`workflow '${name}' has no steps`, position);
    const steps = stepList === undefined ? [] : this.#steps.steps(stepList, `workflow '${name}'`);
    return { name, parameters: this.#parameters(fields, name), steps, position };
  }

  #parameters(fields: Fields, routine: string): Parameter[] {
    const nodes = this.#parameterNodes(fields);
    // The schema of the samples says ten for subworkflows too, but deployed files have more.
    if (routine === 'main' && nodes.length > LIMITS.mainParameters) {
      this.#problems.add(
        `workflow 'main' has ${nodes.length} params; at most ${LIMITS.mainParameters} is allowed`,
        fields.positionOf('params'),
      );
    }
    const parameters = nodes.flatMap((node) => this.#parameter(node) ?? []);
    for (const [i, parameter] of parameters.entries()) {
      if (parameters.findIndex(({ name }) => name === parameter.name) < i) {
        this.#problems.add(`param '${parameter.name}' is there twice`, parameter.position);
      }
    }
    return parameters;
  }

  /** A list, or the text of one: the page "Subworkflows" shows `"params": "[a, b: 1]"` as the form in JSON. */
  #parameterNodes(fields: Fields): readonly SourceNode[] {
    const node = fields.get('params');
    if (node?.kind !== 'scalar' || typeof node.value !== 'string' || !TEXT_OF_LIST.test(node.value)) {
      return fields.list('params') ?? [];
    }
    try {
      const list = readDocument(node.value);
      return list.kind === 'list' ? list.items.map((item) => movedTo(node.position, item)) : [];
    } catch (error) {
      if (!(error instanceof InvalidWorkflowError)) throw error;
      for (const { message } of error.problems) this.#problems.add(`'params': ${message}`, node.position);
      return [];
    }
  }

  /** `name`, or `name: default`. */
  #parameter(node: SourceNode): Parameter | undefined {
    const { position } = node;
    const [entry, ...more] = node.kind === 'map' ? node.entries : [];
    const name = node.kind === 'scalar' ? node.value : entry?.key;
    if (typeof name !== 'string' || !VARIABLE.test(name) || more.length > 0) {
      this.#problems.add("a param is a name, or 'name: default'", position);
      return undefined;
    }
    warnIfUnreadable(name, position, this.#problems);
    if (entry === undefined) return { name, position };
    return { name, position, fallback: this.#steps.templates.template(entry.value) };
  }
}

/** The node with one place for all its parts, which stand in one text of the source. */
function movedTo(position: Position, node: SourceNode): SourceNode {
  switch (node.kind) {
    case 'scalar':
      return { ...node, position };
    case 'list':
      return { ...node, items: node.items.map((item) => movedTo(position, item)), position };
    case 'map': {
      const entries = node.entries.map(({ key, value }) => ({
        key,
        value: movedTo(position, value),
        position,
      }));
      return { ...node, entries, position };
    }
  }
}
