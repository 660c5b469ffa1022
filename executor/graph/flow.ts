import type { Action, Step, Workflow } from '../source/model.ts';

/** A step as a graph shows it: what it does, what is inside it, and where control goes after it. */
export interface FlowStep {
  readonly id: string;
  readonly name: string;
  readonly kind: Action['kind'];
  /** What it calls, or how it ends; empty where the kind says all. */
  readonly detail: string;
  readonly line: number;
  readonly lanes: readonly FlowLane[];
  /** The step of `next`, by its id; `end` where the routine ends here. */
  readonly jump?: { readonly target: string; readonly label: string };
  /** Whether the following step of the list can run after this one. */
  readonly fallsThrough: boolean;
}

/** Steps that run one after the other inside a step: a case, a branch, a loop's body, what is tried, an except. */
export interface FlowLane {
  readonly title: string;
  readonly steps: readonly FlowStep[];
  /** Where control goes after the steps of a case, or instead of any. */
  readonly jump?: { readonly target: string; readonly label: string };
}

export interface FlowRoutine {
  readonly name: string;
  readonly parameters: readonly string[];
  readonly steps: readonly FlowStep[];
}

const TEXT_LENGTH = 60;

/** The steps of every routine, with the jumps between them. */
export function flowOf(workflow: Workflow): FlowRoutine[] {
  return [...workflow.routines.values()].map(({ name, parameters, steps }, at) => ({
    name,
    parameters: parameters.map((parameter) => parameter.name),
    steps: new FlowReader(`r${at}`).steps(steps, new Map()),
  }));
}

class FlowReader {
  readonly #prefix: string;
  #count = 0;

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  steps(steps: readonly Step[], outer: ReadonlyMap<string, string>): FlowStep[] {
    const ids = steps.map(() => `${this.#prefix}_${this.#count++}`);
    const names = new Map([...outer, ...steps.map((step, at) => [step.name, ids[at] ?? ''] as const)]);
    return steps.map((step, at) => this.#step(step, ids[at] ?? '', names));
  }

  #step({ name, action, next, position }: Step, id: string, names: ReadonlyMap<string, string>): FlowStep {
    const jump = next && jumpTo(next.target, names);
    const ends = action.kind === 'return' || action.kind === 'raise';
    return {
      id,
      name,
      kind: action.kind,
      detail: detailOf(action),
      line: position.line,
      lanes: this.#lanes(action, names),
      ...(jump && { jump }),
      fallsThrough: !ends && next === undefined,
    };
  }

  #lanes(action: Action, names: ReadonlyMap<string, string>): FlowLane[] {
    switch (action.kind) {
      case 'switch':
        return action.cases.map(({ condition, body }) => {
          const jump = body.next && jumpTo(body.next.target, names);
          const title =
            condition.kind === 'expression'
              ? condition.text
              : condition.kind === 'literal'
                ? String(condition.value)
                : 'if';
          const inner =
            body.action.kind === 'jump'
              ? []
              : body.action.kind === 'steps'
                ? body.action.steps
                : [{ ...body, name: body.action.kind }];
          return {
            title: shorten(title),
            steps: this.steps(inner, names),
            ...(jump && { jump }),
          };
        });
      case 'for':
        return [{ title: `for ${action.loop.value.name}`, steps: this.steps(action.loop.steps, names) }];
      case 'parallel':
        return action.work.kind === 'for'
          ? [
              {
                title: `for ${action.work.loop.value.name}, in parallel`,
                steps: this.steps(action.work.loop.steps, new Map()),
              },
            ]
          : action.work.branches.map(({ name, steps }) => ({
              title: name,
              steps: this.steps(steps, new Map()),
            }));
      case 'try': {
        const tried = {
          title: action.retry ? 'try, with retry' : 'try',
          steps: this.steps(action.steps, names),
        };
        return action.except
          ? [tried, { title: 'except', steps: this.steps(action.except.steps, names) }]
          : [tried];
      }
      case 'steps':
        return [{ title: '', steps: this.steps(action.steps, names) }];
      default:
        return [];
    }
  }
}

function jumpTo(target: string, names: ReadonlyMap<string, string>) {
  return { target: names.get(target) ?? target, label: target };
}

function detailOf(action: Action): string {
  switch (action.kind) {
    case 'call':
      return shorten(action.callee);
    case 'assign':
      return shorten(action.assignments.map(({ variable }) => variable).join(', '));
    default:
      return '';
  }
}

function shorten(text: string): string {
  return text.length > TEXT_LENGTH ? `${text.slice(0, TEXT_LENGTH - 1)}…` : text;
}
