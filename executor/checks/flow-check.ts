import type { Jump, Routine, Step } from '../source/model.ts';
import type { Position, Problems } from '../source/problem.ts';
import { didYouMean } from '../source/suggestion.ts';

/** The step names of one list, and a link to the enclosing list. Because it is a chain, the check takes linear time. */
interface Targets {
  readonly names: ReadonlySet<string>;
  readonly outer?: Targets;
}

/** The context of a list of steps: the names that `next` may use there, and the block that control cannot leave. */
interface Surroundings {
  readonly targets: Targets | undefined;
  /** Inside a `for` that is not the loop of a parallel step itself. */
  readonly breakable: boolean;
  readonly continuable: boolean;
  /** The steps outside of the parallel branch or iteration. They exist, but `next` cannot reach them. */
  readonly outOfReach: Targets | undefined;
  readonly inParallel: boolean;
  readonly routine: string;
  /** Where the first step of each name is, over all lists of the routine. */
  readonly firsts: Map<string, Position>;
}

/**
 * Checks every `next` of a routine ("Jumps"): the step exists in the same list or in one around it; `break` and
 * `continue` are in a loop; and nothing but its own end, or `continue`, leaves a parallel branch or iteration.
 */
export function checkFlow(routine: Routine, problems: Problems): void {
  const outermost: Surroundings = {
    targets: undefined,
    breakable: false,
    continuable: false,
    outOfReach: undefined,
    inParallel: false,
    routine: routine.name,
    firsts: new Map(),
  };
  checkSteps(routine.steps, outermost, problems);
}

/** @param inlineIn the step that has its only step written in place, which has no name of its own */
function checkSteps(
  steps: readonly Step[],
  outer: Surroundings,
  problems: Problems,
  inlineIn?: string,
): void {
  const names = new Set<string>();
  for (const { name, position } of steps) {
    if (names.has(name)) problems.add(`step name '${name}' is there twice in one list`, position);
    else if (name !== inlineIn) warnOfAnother(name, position, outer, problems);
    names.add(name);
  }
  const around: Surroundings = { ...outer, targets: within(names, outer.targets) };
  for (const step of steps) problems.inStep(step.name, () => checkStep(step, around, problems));
}

/** "Steps, step names": they must be unique in a subworkflow, over all of its lists. */
function warnOfAnother(
  name: string,
  position: Position,
  { firsts, routine }: Surroundings,
  problems: Problems,
) {
  const first = firsts.get(name);
  if (first === undefined) firsts.set(name, position);
  else {
    problems.warn(
      `step name '${name}' is there in line ${first.line} too: Google wants it to be unique in '${routine}'`,
      position,
    );
  }
}

function within(names: ReadonlySet<string>, outer: Targets | undefined): Targets {
  return outer === undefined ? { names } : { names, outer };
}

function has(targets: Targets | undefined, name: string): boolean {
  for (let at = targets; at !== undefined; at = at.outer) if (at.names.has(name)) return true;
  return false;
}

function* namesOf(targets: Targets | undefined): Iterable<string> {
  for (let at = targets; at !== undefined; at = at.outer) yield* at.names;
}

function checkStep({ name, action, next }: Step, around: Surroundings, problems: Problems): void {
  if (next) checkJump(next, around, problems);
  switch (action.kind) {
    case 'switch':
      for (const { body } of action.cases) checkStep(body, around, problems);
      return;
    case 'steps':
      checkSteps(action.steps, around, problems);
      return;
    case 'for':
      checkSteps(action.loop.steps, { ...around, breakable: true, continuable: true }, problems);
      return;
    case 'parallel': {
      const { work } = action;
      const isolated: Surroundings = {
        ...around,
        targets: undefined,
        breakable: false,
        continuable: work.kind === 'for',
        outOfReach: joined(around.targets, around.outOfReach),
        inParallel: true,
      };
      if (work.kind === 'for') {
        checkSteps(work.loop.steps, isolated, problems);
        return;
      }
      for (const branch of work.branches) checkSteps(branch.steps, isolated, problems);
      return;
    }
    case 'try':
      checkSteps(action.steps, around, problems, name);
      if (action.except) checkSteps(action.except.steps, around, problems, name);
      return;
    case 'return':
      if (around.inParallel)
        problems.add("'return' can't leave a parallel branch or iteration", action.position);
      return;
    case 'assign':
    case 'call':
    case 'raise':
    case 'jump':
      return;
  }
}

/** The chain of `inner` with that of `outer` behind it. Parallel steps nest twice at most in a file that can run. */
function joined(inner: Targets | undefined, outer: Targets | undefined): Targets | undefined {
  if (inner === undefined) return outer;
  return within(inner.names, joined(inner.outer, outer));
}

function checkJump({ target, position }: Jump, around: Surroundings, problems: Problems): void {
  switch (target) {
    case 'end':
      if (around.inParallel) problems.add("'next: end' can't leave a parallel branch or iteration", position);
      return;
    case 'break':
      if (around.breakable) return;
      problems.add(
        around.inParallel
          ? "'break' can't leave a parallel branch or iteration"
          : "'break' is only allowed in a loop",
        position,
      );
      return;
    case 'continue':
      if (!around.continuable) problems.add("'continue' is only allowed in a loop", position);
      return;
  }
  if (has(around.targets, target)) return;
  if (has(around.outOfReach, target)) {
    problems.add(`'next: ${target}' can't leave a parallel branch or iteration`, position);
    return;
  }
  const known = [...namesOf(around.targets), 'end', ...(around.continuable ? ['continue'] : []), 'break'];
  const hint = didYouMean(target, known) || ": 'next' names a step of the same list or of one around it";
  problems.add(`unknown step '${target}'${hint}`, position);
}
