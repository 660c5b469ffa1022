/** Launches the parallel-poll workflow through Google's client library. */
import type { ExecutionsClient } from '@google-cloud/workflows';
import { CALL_LIMIT_MS, withinLimit } from '../http/call-limit.ts';
import type { OpenWait } from '../lifecycle/wait.ts';
import { codeOf, failureFrom } from '../orchestrator/google-error.ts';
import { Failure } from '../orchestrator/ports/failure.ts';
import type { WorkflowLauncher } from '../orchestrator/ports/launcher.ts';
import { executionLabels, type WorkflowTarget, workflowArguments } from './arguments.ts';
import { clientOptions, type WorkflowsEndpoint } from './endpoint.ts';

export interface LauncherOptions extends WorkflowTarget, WorkflowsEndpoint {
  readonly project: string;
  readonly location: string;
  readonly workflow: string;
  readonly limitMs?: number;
}

export function workflowLauncher(options: LauncherOptions): WorkflowLauncher {
  const { project, location, workflow, limitMs = CALL_LIMIT_MS } = options;
  // The library needs the limit too: `withinLimit` only stops waiting for the call.
  const callOptions = { timeout: limitMs };
  const parent = `projects/${project}/locations/${location}/workflows/${workflow}`;
  const client = onFirstUse(options);
  return {
    async launch(wait: OpenWait, method: string): Promise<string> {
      try {
        const argument = JSON.stringify(workflowArguments(wait, method, options));
        const execution = { argument, labels: executionLabels(wait) };
        return await withinLimit(
          `launching ${parent}`,
          async () => {
            const executions = await client();
            const [launched] = await executions.createExecution({ parent, execution }, callOptions);
            const name = launched.name ?? '';
            if (launched.state !== 'QUEUED') return name;
            // Above the quota, Google would queue the execution without notice. The wait goes on without a workflow
            // instead.
            await executions.cancelExecution({ name }, callOptions);
            throw quotaUsedUp(parent);
          },
          limitMs,
        );
      } catch (error) {
        if (error instanceof Failure && error.kind === 'exhausted') throw error;
        const doing = `launching ${parent}`;
        if (codeOf(error) === RESOURCE_EXHAUSTED) {
          throw quotaUsedUp(parent, error);
        }
        throw failureFrom(error, doing);
      }
    },

    async isRunning(execution: string): Promise<boolean> {
      try {
        return await withinLimit(
          `reading ${execution}`,
          async () => {
            const [found] = await (await client()).getExecution({ name: execution }, callOptions);
            return found.state === 'ACTIVE' || found.state === 'QUEUED';
          },
          limitMs,
        );
      } catch (error) {
        const failure = failureFrom(error, `reading ${execution}`);
        if (failure.kind === 'notFound') return false;
        throw failure;
      }
    },

    async stop(execution: string): Promise<void> {
      try {
        await withinLimit(
          `stopping ${execution}`,
          async () => {
            await (await client()).cancelExecution({ name: execution }, callOptions);
          },
          limitMs,
        );
      } catch (error) {
        const failure = failureFrom(error, `stopping ${execution}`);
        if (!hasEnded(failure)) throw failure;
      }
    },

    async close(): Promise<void> {
      if (client.started()) await (await client()).close();
    },
  };
}

/** google.rpc.Code: https://cloud.google.com/workflows/quotas */
const RESOURCE_EXHAUSTED = 8;

function quotaUsedUp(parent: string, cause?: unknown): Failure {
  return new Failure('exhausted', `launching ${parent}: the quota of concurrent executions is used up`, {
    cause,
    fault: 'deployment',
  });
}

/** An execution that is gone, or is not running, needs no stop. */
function hasEnded({ kind }: Failure): boolean {
  return kind === 'notFound' || kind === 'precondition';
}

/** Most calls of most functions launch nothing, so the first call that launches loads the client library. */
function onFirstUse(options: WorkflowsEndpoint) {
  let client: Promise<ExecutionsClient> | undefined;
  const get = () => {
    client ??= import('@google-cloud/workflows').then(
      (library) => new library.ExecutionsClient(clientOptions(options)),
    );
    return client;
  };
  return Object.assign(get, { started: () => client !== undefined });
}
