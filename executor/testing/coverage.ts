import type { Block, Instruction, Program } from '../program/program.ts';
import type { StepEntry } from '../runner/history.ts';

/** A way that control took, or could take, out of a `switch` or a `try`. */
export interface BranchTaken {
  readonly line: number;
  readonly step: string;
  /** Of a `switch`: the number of the case from 0, or `none` where no condition held. Of a `try`: `except`. */
  readonly branch: string;
}

export interface CoveredStep {
  readonly routine: string;
  readonly step: string;
  readonly line: number;
  hits: number;
}

export interface CoveredBranch extends BranchTaken {
  hits: number;
}

/** Which steps and branches of a workflow file have run. Adds up over any number of runs. */
export class Coverage {
  readonly steps: readonly CoveredStep[];
  readonly branches: readonly CoveredBranch[];
  readonly #stepsByKey: ReadonlyMap<string, CoveredStep>;
  readonly #branchesByKey: ReadonlyMap<string, CoveredBranch>;

  constructor(program: Program) {
    const steps: CoveredStep[] = [];
    const branches: CoveredBranch[] = [];
    for (const { name, block } of program.routines.values()) walkBlock(name, block, steps, branches);
    this.steps = steps.toSorted((a, b) => a.line - b.line);
    this.branches = branches.toSorted((a, b) => a.line - b.line);
    this.#stepsByKey = new Map(steps.map((step) => [stepKey(step), step]));
    this.#branchesByKey = new Map(branches.map((branch) => [branchKey(branch), branch]));
  }

  /** Adds the runs of another coverage of the same file. */
  merge(other: Coverage): void {
    for (const [at, { hits }] of other.steps.entries()) {
      const step = this.steps[at];
      if (step !== undefined) step.hits += hits;
    }
    for (const [at, { hits }] of other.branches.entries()) {
      const branch = this.branches[at];
      if (branch !== undefined) branch.hits += hits;
    }
  }

  add(history: readonly StepEntry[], branches: readonly BranchTaken[]): void {
    for (const entry of history) {
      if (ADDITIONAL.has(entry.type)) continue;
      const step = this.#stepsByKey.get(stepKey(entry));
      if (step !== undefined) step.hits++;
    }
    for (const taken of branches) {
      const branch = this.#branchesByKey.get(branchKey(taken));
      if (branch !== undefined) branch.hits++;
    }
  }
}

/** Entries that stand beside the entry of the step itself. */
const ADDITIONAL: ReadonlySet<string> = new Set([
  'STEP_FOR_ITERATION',
  'STEP_PARALLEL_BRANCH_ENTRY',
  'STEP_RETRY',
  'STEP_EXCEPT',
]);

function stepKey({ routine, step, line }: Pick<CoveredStep, 'routine' | 'step' | 'line'>): string {
  return `${routine}:${line}:${step}`;
}

function branchKey({ line, step, branch }: BranchTaken): string {
  return `${line}:${step}:${branch}`;
}

function walkBlock(routine: string, block: Block, steps: CoveredStep[], branches: CoveredBranch[]): void {
  for (const instruction of block.instructions) walk(routine, instruction, steps, branches);
}

function walk(
  routine: string,
  instruction: Instruction,
  steps: CoveredStep[],
  branches: CoveredBranch[],
): void {
  const { name: step, operation, position } = instruction;
  const { line } = position;
  const inner = (block: Block) => walkBlock(routine, block, steps, branches);
  steps.push({ routine, step, line, hits: 0 });
  switch (operation.kind) {
    case 'switch':
      for (const [at, { body }] of operation.cases.entries()) {
        branches.push({ line, step, branch: String(at), hits: 0 });
        if (body.operation.kind !== 'jump') walk(routine, body, steps, branches);
      }
      branches.push({ line, step, branch: 'none', hits: 0 });
      return;
    case 'for':
      inner(operation.loop.block);
      return;
    case 'parallel':
      if (operation.work.kind === 'for') inner(operation.work.loop.block);
      else for (const { block } of operation.work.branches) inner(block);
      return;
    case 'try':
      inner(operation.block);
      if (operation.except) {
        branches.push({ line, step, branch: 'except', hits: 0 });
        inner(operation.except.block);
      }
      return;
    case 'steps':
      inner(operation.block);
      return;
    default:
  }
}
