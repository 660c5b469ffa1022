import { type Execution, Executor, type ExecutorOptions, VirtualClock } from '../../executor/index.ts';

/** Runs a workflow to its end, in virtual time, with nothing left behind. `argument` is JSON text. */
export async function runWorkflow(
  source: string,
  argument?: string,
  options: ExecutorOptions = {},
): Promise<Execution> {
  const executor = new Executor({ clock: new VirtualClock(), ...options });
  try {
    executor.deploy('tested', source);
    return await executor.run('tested', argument === undefined ? {} : { argument });
  } finally {
    await executor.close();
  }
}

/** The decoded result; fails the test with the error of an execution that did not succeed. */
export async function resultOf(
  source: string,
  argument?: string,
  options?: ExecutorOptions,
): Promise<unknown> {
  const execution = await runWorkflow(source, argument, options);
  if (execution.result === undefined) throw new Error(`${execution.state}: ${execution.error?.context}`);
  return JSON.parse(execution.result);
}

/** The decoded value that a failed execution raised. */
export async function errorOf(
  source: string,
  argument?: string,
  options?: ExecutorOptions,
): Promise<unknown> {
  const execution = await runWorkflow(source, argument, options);
  if (execution.error === undefined) throw new Error(`${execution.state}: ${execution.result}`);
  return JSON.parse(execution.error.payload);
}
