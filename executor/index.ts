/** The workflow executor, as the rest of a local system uses it. */
export { workflowsApi } from './api/workflows-api.ts';
export type { CallGate, CallRecord, OutgoingCall } from './calls/outgoing-call.ts';
export { type Clock, RealClock, VirtualClock } from './clock.ts';
export type { ExecutionError } from './errors/report.ts';
export { RequestError } from './errors/request-error.ts';
export { Execution, type ExecutionRequest, type ExecutionState } from './execution.ts';
export type { ExecutionFilter } from './execution-store.ts';
export { Executor } from './executor.ts';
export type { ExecutorOptions } from './executor-options.ts';
export type { StepEntry } from './runner/history.ts';
export { describeProblem, InvalidWorkflowError, type Problem } from './source/problem.ts';
export type { Authorize, LogEntry } from './stdlib/function.ts';
export { type MockCall, type RunOptions, type RunRecord, record, run, WorkflowError } from './testing/run.ts';
export { checkSource, compileSource, type DeployedWorkflow, type DeployOptions } from './workflow.ts';
