import type { Operation } from '../program/program.ts';
import type { StepType } from './history.ts';

/** Returns the type by which the history lists a step. */
export function stepType(operation: Operation): StepType {
  switch (operation.kind) {
    case 'assign':
      return 'STEP_ASSIGN';
    case 'call':
      return callType(operation.callee.kind);
    case 'switch':
      return 'STEP_SWITCH';
    case 'for':
      return 'STEP_FOR';
    case 'parallel':
      return operation.work.kind === 'for' ? 'STEP_PARALLEL_FOR' : 'STEP_PARALLEL_BRANCH';
    case 'try':
      return 'STEP_TRY_RETRY_EXCEPT';
    case 'raise':
      return 'STEP_RAISE';
    case 'return':
      return 'STEP_RETURN';
    case 'steps':
    case 'jump':
      return 'STEP_GOTO';
  }
}

function callType(callee: (Operation & { kind: 'call' })['callee']['kind']): StepType {
  switch (callee) {
    case 'routine':
      return 'STEP_SUBWORKFLOW_CALL';
    case 'connector':
      return 'STEP_CONNECTOR_CALL';
    case 'blocking':
    case 'pure':
      return 'STEP_STD_LIB_CALL';
  }
}
