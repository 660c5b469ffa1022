/**
 * The entry `lro-orchestrator/workflows`: the executor of Cloud Workflows files, for tests and for local systems.
 *
 * @module lro-orchestrator/workflows
 */
export { workflowsApi } from './api/workflows-api.ts';
export type { CallGate, CallRecord, OutgoingCall, Substitute } from './calls/outgoing-call.ts';
export { type Clock, RealClock, VirtualClock } from './clock.ts';
export type { StackFrame } from './errors/raised.ts';
export type { ExecutionError } from './errors/report.ts';
export { RequestError, type RequestStatus } from './errors/request-error.ts';
export { Execution, type ExecutionState } from './execution.ts';
export type { ExecutionRequest } from './execution-request.ts';
export type { ExecutionFilter } from './execution-store.ts';
export { Executor } from './executor.ts';
export type { ExecutorOptions } from './executor-options.ts';
export type { StepEntry, StepState, StepType } from './runner/history.ts';
export type { StepStop } from './runner/run-environment.ts';
export { describeProblem, InvalidWorkflowError, type Position, type Problem } from './source/problem.ts';
export type { Authorize, LogEntry } from './stdlib/function.ts';
export { type MockCall, type RunOptions, type RunRecord, record, run, WorkflowError } from './testing/run.ts';
export type { FunctionReference, Value, ValueMap } from './values/value.ts';
export { checkSource, compileSource, type DeployedWorkflow, type DeployOptions } from './workflow.ts';
