import { LIMITS } from '../limits.ts';
import type { Loop, Step, Template, Workflow } from '../source/model.ts';
import type { Problem } from '../source/problem.ts';
import { isList, isNumeric } from '../values/value.ts';

/** Warnings about loops whose number of iterations is in the source, and which run more steps than an execution may. */
export function loopWarnings({ routines }: Workflow): Problem[] {
  const warnings: Problem[] = [];
  for (const { steps } of routines.values()) estimateSteps(steps, warnings);
  return warnings;
}

/** Returns the least number of steps that a list runs. A `switch` counts as one step. Reports loops that exceed the limit. */
function estimateSteps(steps: readonly Step[], warnings: Problem[]): number {
  return steps.reduce((sum, step) => sum + estimateStep(step, warnings), 0);
}

function estimateStep({ name, action }: Step, warnings: Problem[]): number {
  switch (action.kind) {
    case 'for':
      return estimateLoop(name, action.loop, warnings);
    case 'parallel':
      if (action.work.kind === 'for') return estimateLoop(name, action.work.loop, warnings);
      return action.work.branches.reduce((sum, { steps }) => sum + 1 + estimateSteps(steps, warnings), 1);
    case 'steps':
      return estimateSteps(action.steps, warnings);
    case 'try':
      if (action.except) estimateSteps(action.except.steps, warnings);
      return 2 + estimateSteps(action.steps, warnings);
    case 'switch':
      for (const { body } of action.cases) estimateStep(body, warnings);
      return 1;
    case 'jump':
      return 0;
    default:
      return 1;
  }
}

function estimateLoop(step: string, loop: Loop, warnings: Problem[]): number {
  const inner = 1 + estimateSteps(loop.steps, warnings);
  const iterations = iterationsOf(loop);
  const total = 1 + (iterations ?? 1) * inner;
  if (iterations !== undefined && total > LIMITS.steps && inner <= LIMITS.steps) {
    warnings.push({
      message: `the loop runs about ${total} steps (${iterations} times ${inner}); an execution has at most ${LIMITS.steps}`,
      position: loop.position,
      step,
      severity: 'warning',
    });
  }
  return total;
}

/** Returns undefined if the number depends on computed values, or if a step can leave the loop early. */
function iterationsOf({ source, steps }: Loop): number | undefined {
  if (steps.some(leavesLoop)) return undefined;
  const values = literal(source.values);
  if (values === undefined || !isList(values)) return undefined;
  if (source.kind === 'in') return values.length;
  const [from = null, to = null] = values;
  return isNumeric(from) && isNumeric(to)
    ? Math.max(0, Math.floor(Number(to) - Number(from)) + 1)
    : undefined;
}

/** A list of literals counts as a literal, as in `range: [1, 10]`. */
function literal(template: Template) {
  return template.kind === 'literal' ? template.value : undefined;
}

function leavesLoop({ action, next }: Step): boolean {
  if (next !== undefined && next.target !== 'continue') return true;
  switch (action.kind) {
    case 'return':
    case 'raise':
      return true;
    case 'switch':
      return action.cases.some(({ body }) => leavesLoop(body));
    case 'steps':
    case 'try':
      return action.steps.some(leavesLoop);
    default:
      return false;
  }
}
