import type { Position } from '../source/problem.ts';

/** The kinds of step entry, as the step entries of the Workflow Executions API name them. */
export type StepType =
  | 'STEP_ASSIGN'
  | 'STEP_STD_LIB_CALL'
  | 'STEP_CONNECTOR_CALL'
  | 'STEP_SUBWORKFLOW_CALL'
  | 'STEP_SWITCH'
  | 'STEP_FOR'
  | 'STEP_FOR_ITERATION'
  | 'STEP_PARALLEL_FOR'
  | 'STEP_PARALLEL_BRANCH'
  | 'STEP_PARALLEL_BRANCH_ENTRY'
  | 'STEP_TRY_RETRY_EXCEPT'
  | 'STEP_RETRY'
  | 'STEP_EXCEPT'
  | 'STEP_RETURN'
  | 'STEP_RAISE'
  | 'STEP_GOTO';

/** Where a step stands, in the terms of the Workflow Executions API. */
export type StepState = 'STATE_IN_PROGRESS' | 'STATE_SUCCEEDED' | 'STATE_FAILED';

/** One step that an execution ran ("View history of execution steps"). */
export interface StepEntry {
  /** Counts from 1 within the execution. */
  readonly id: number;
  /** The entry of the branch, iteration or call it runs in. */
  readonly parent: number | undefined;
  /** The subworkflow in which the step is; `main` for the main one. */
  readonly routine: string;
  /** The name of the step. */
  readonly step: string;
  /** The line of the step in the source, from 1. */
  readonly line: number;
  /** The kind of the step. */
  readonly type: StepType;
  /** Milliseconds since 1970. */
  readonly createTime: number;
  /** Milliseconds since 1970: when it began or ended. */
  updateTime: number;
  /** Where the step stands. */
  state: StepState;
}

/** Where in the execution a step runs. */
export interface StepPlace {
  readonly routine: string;
  /** The history entry of the step that contains this step. */
  readonly parentEntry: number | undefined;
}

/** What of a step, or of a branch, the history shows. */
export interface HistoryStep {
  readonly name: string;
  readonly position: Position;
}

/** The steps of one execution, in the order they started. */
export class History {
  readonly entries: StepEntry[] = [];
  readonly #now: () => number;
  readonly #listener: ((entry: StepEntry) => void) | undefined;

  constructor(now: () => number, listener?: (entry: StepEntry) => void) {
    this.#now = now;
    this.#listener = listener;
  }

  begin(place: StepPlace, step: HistoryStep, type: StepType): StepEntry {
    const createTime = this.#now();
    const entry: StepEntry = {
      id: this.entries.length + 1,
      parent: place.parentEntry,
      routine: place.routine,
      step: step.name,
      line: step.position.line,
      type,
      createTime,
      updateTime: createTime,
      state: 'STATE_IN_PROGRESS',
    };
    this.entries.push(entry);
    this.#listener?.(entry);
    return entry;
  }

  /** Keeps an entry open while `body` runs. */
  async during<T>(
    place: StepPlace,
    step: HistoryStep,
    type: StepType,
    body: (entry: StepEntry) => Promise<T>,
  ): Promise<T> {
    const entry = this.begin(place, step, type);
    try {
      const result = await body(entry);
      this.end(entry, 'STATE_SUCCEEDED');
      return result;
    } catch (error) {
      this.end(entry, 'STATE_FAILED');
      throw error;
    }
  }

  end(entry: StepEntry, state: 'STATE_SUCCEEDED' | 'STATE_FAILED'): void {
    entry.updateTime = this.#now();
    entry.state = state;
  }
}
