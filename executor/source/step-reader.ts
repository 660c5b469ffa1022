import { readAssignments } from './assignment-reader.ts';
import { BlockReader } from './block-reader.ts';
import type { EnclosingReader } from './enclosing-reader.ts';
import { Fields } from './fields.ts';
import type { Action, Arguments, Jump, Step, VariableName } from './model.ts';
import type { Position, Problems } from './problem.ts';
import type { SourceEntry, SourceNode } from './source-node.ts';
import { nearest } from './suggestion.ts';
import { TemplateReader } from './template-reader.ts';
import { VARIABLE, warnIfUnreadable } from './variable-name.ts';

/** What a step can do: the entry of its body that says so. */
export const ACTIONS = [
  'assign',
  'call',
  'switch',
  'for',
  'parallel',
  'try',
  'raise',
  'return',
  'steps',
] as const;
const RESERVED = ['end', 'break', 'continue'];

/** Which entries go with which action; `next` goes with all. */
const COMPANIONS: { readonly [action in (typeof ACTIONS)[number]]?: readonly string[] } = {
  call: ['args', 'result'],
  try: ['retry', 'except'],
};

/** Reads lists of steps and the bodies of steps ("Syntax overview"). */
export class StepReader implements EnclosingReader {
  readonly problems: Problems;
  readonly templates: TemplateReader;
  readonly #blocks: BlockReader;

  constructor(problems: Problems) {
    this.problems = problems;
    this.templates = new TemplateReader(problems);
    this.#blocks = new BlockReader(this);
  }

  steps(node: SourceNode, what: string): Step[] {
    if (node.kind !== 'list') {
      this.problems.add(`the steps of ${what} must be a list`, node.position);
      return [];
    }
    if (node.items.length === 0) this.problems.add(`${what} has no steps`, node.position);
    return node.items.flatMap((item) => this.#step(item) ?? []);
  }

  #step(node: SourceNode): Step | undefined {
    const entry = this.oneEntry(node, 'a step');
    if (entry === undefined) return undefined;
    const { key: name, position } = entry;
    if (RESERVED.includes(name)) {
      this.problems.add(`'${name}' can't be a step name: it is a 'next' target`, position);
    }
    let step: Step | undefined;
    this.problems.inStep(name, () => {
      step = this.body(name, position, entry.value);
    });
    return step;
  }

  body(name: string, position: Position, node: SourceNode, also: readonly string[] = []): Step {
    const nothing: Step = { name, position, action: { kind: 'jump' } };
    const fields = Fields.of(node, 'the body of a step', this.problems);
    if (fields === undefined) return nothing;
    const present = ACTIONS.filter((action) => fields.has(action));
    const [action] = present;
    if (present.length > 1) {
      this.problems.add(`a step has one action, not ${present.join(' and ')}`, position);
    }
    const companions = action === undefined ? [] : [action, ...(COMPANIONS[action] ?? [])];
    const allowed = [...also, ...companions, 'next'];
    const misspelt = action === undefined ? this.#misspeltAction(fields, allowed) : undefined;
    if (misspelt !== undefined) {
      const { wrong, meant, place } = misspelt;
      this.problems.add(`unexpected entry '${wrong}' in the step: did you mean '${meant}'?`, place);
      return nothing;
    }
    if (action === undefined && !fields.has('next') && also.length === 0) {
      this.problems.add(`a step needs one of ${ACTIONS.join(', ')} or next`, position);
    }
    fields.allow(allowed, 'the step');
    const next = this.#jump(fields);
    const read = action === undefined ? nothing.action : this.#action(action, name, fields);
    return { name, position, action: read, ...(next && { next }) };
  }

  /** For a step without an action: its first entry whose name is close to that of an action or to `next`. */
  #misspeltAction(fields: Fields, allowed: readonly string[]) {
    for (const wrong of fields.names()) {
      if (allowed.includes(wrong)) continue;
      const meant = nearest(wrong, [...ACTIONS, 'next']);
      if (meant !== undefined) return { wrong, meant, place: fields.positionOf(wrong) };
    }
    return undefined;
  }

  #action(action: (typeof ACTIONS)[number], name: string, fields: Fields): Action {
    const node = fields.get(action) as SourceNode;
    switch (action) {
      case 'assign':
        return { kind: 'assign', assignments: readAssignments(node, this) };
      case 'call':
        return this.#call(fields);
      case 'raise':
      case 'return':
        return { kind: action, value: this.templates.template(node), position: fields.positionOf(action) };
      case 'steps':
        return { kind: 'steps', steps: this.steps(node, `step '${name}'`) };
      case 'switch':
        return this.#blocks.switch(name, node);
      case 'for':
        return { kind: 'for', loop: this.#blocks.loop(node) };
      case 'parallel':
        return this.#blocks.parallel(node);
      case 'try':
        return this.#blocks.try(name, fields);
    }
  }

  #call(fields: Fields): Action {
    const position = fields.positionOf('call');
    const callee = fields.text('call')?.trim() ?? '';
    const result = this.variable(fields, 'result');
    return {
      kind: 'call',
      callee,
      args: this.#args(fields.get('args')),
      position,
      ...(result && { result }),
    };
  }

  #args(node: SourceNode | undefined): Arguments {
    switch (node?.kind) {
      case undefined:
        return { kind: 'named', values: [] };
      case 'list': {
        const values = node.items.map((item) => this.templates.template(item));
        return { kind: 'positional', values, position: node.position };
      }
      case 'map': {
        const values = node.entries.map(({ key, value, position }) => {
          return { name: key, value: this.templates.template(value), position };
        });
        return { kind: 'named', values };
      }
      case 'scalar':
        if (node.value !== null) this.problems.add("'args' must be a map or a list", node.position);
        return { kind: 'named', values: [] };
    }
  }

  #jump(fields: Fields): Jump | undefined {
    const target = fields.text('next');
    return target === undefined ? undefined : { target, position: fields.positionOf('next') };
  }

  variable(fields: Fields, field: string): VariableName | undefined {
    const name = fields.text(field);
    if (name === undefined) return undefined;
    const position = fields.get(field)?.position ?? fields.position;
    if (!VARIABLE.test(name)) {
      this.problems.add(`'${field}' must be the name of a variable, not '${name}'`, position);
      return undefined;
    }
    warnIfUnreadable(name, position, this.problems);
    return { name, position };
  }

  oneEntry(node: SourceNode, what: string): SourceEntry | undefined {
    const [entry, ...more] = node.kind === 'map' ? node.entries : [];
    if (entry !== undefined && more.length === 0) return entry;
    this.problems.add(`${what} must be a map with one key`, node.position);
    return undefined;
  }
}
