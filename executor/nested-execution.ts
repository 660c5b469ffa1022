import { executionResource } from './api/execution-resource.ts';
import type { ChildRun, FailedChild } from './child-run.ts';
import type { Clock } from './clock.ts';
import { timeoutError } from './errors/raised.ts';
import { RequestError } from './errors/request-error.ts';
import type { Execution } from './execution.ts';
import type { ExecutionRequest } from './execution-request.ts';
import { decodeJson } from './values/json-decoder.ts';
import { encodeJson } from './values/json-encoder.ts';
import { toValue } from './values/plain.ts';
import type { Value, ValueMap } from './values/value.ts';

/** The part of the executor that a nested execution needs. */
export interface NestingExecutor {
  readonly clock: Clock;
  execution(name: string): Execution | undefined;
  /** @throws RequestError */
  createExecution(workflowId: string, request: ExecutionRequest): Execution;
}

/**
 * Runs an execution for a step of another one: `experimental.executions.run`, or the connector `executions.run`.
 *
 * @param id of the execution, if the step has begun in an earlier process
 */
export async function runNested(
  executor: NestingExecutor,
  workflowId: string,
  argument: Value,
  run: ChildRun,
  signal: AbortSignal,
  id: string | undefined,
): Promise<Value> {
  const earlier = id === undefined ? undefined : executor.execution(id);
  const execution = earlier ?? created(executor, workflowId, encodeJson(argument), run, id);
  if (!run.waits) return null;
  const waiting = new AbortController();
  const stop = () => {
    execution.cancel();
    waiting.abort();
  };
  signal.addEventListener('abort', stop, { once: true });
  const late = executor.clock.sleep(run.timeoutMs, waiting.signal).catch(() => {});
  await Promise.race([execution.done, late]);
  signal.removeEventListener('abort', stop);
  waiting.abort();
  if (signal.aborted) throw signal.reason;
  if (execution.endTime === undefined) throw timeoutError(`TimeoutError: ${execution.name} took too long`);
  if (execution.result === undefined) throw run.failure(failedChild(execution));
  return decodeJson(execution.result);
}

function failedChild(execution: Execution): FailedChild {
  const { name, state, error } = execution;
  const resource = new Map(toValue(executionResource(execution, 'FULL')) as ValueMap);
  // Google's API has no such field.
  resource.delete('usage');
  return { name, state, error, resource };
}

function created(
  executor: NestingExecutor,
  workflowId: string,
  argument: string,
  { failure }: ChildRun,
  id: string | undefined,
): Execution {
  try {
    return executor.createExecution(workflowId, id === undefined ? { argument } : { argument, id });
  } catch (error) {
    if (error instanceof RequestError) throw failure(error);
    throw error;
  }
}
