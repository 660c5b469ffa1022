import { operationId } from '../lifecycle/operation-name.ts';
import { type ExternalOperation, externalKey, type OpenWait } from '../lifecycle/wait.ts';

/** Where the workflow calls back. */
export interface WorkflowTarget {
  readonly resumeUrl: string;
  /** The OIDC audience of that call. */
  readonly resumeAudience: string;
}

/** The arguments of workflows/parallel-poll.yaml. Times are seconds since the epoch, durations seconds. */
export function workflowArguments(
  wait: OpenWait,
  method: string,
  { resumeUrl, resumeAudience }: WorkflowTarget,
) {
  const { operation, waitId, externals, startTime, sleepUntil, deadline, pollFrequency } = wait;
  return {
    operationId: operationId(operation),
    waitId,
    operations: externals.map((external) => ({
      ...external,
      key: externalKey(external),
      auth: authOf(external),
    })),
    method,
    startTime: startTime / 1000,
    sleep: ((sleepUntil ?? startTime) - startTime) / 1000,
    timeout: (deadline - startTime) / 1000,
    pollFrequency: pollFrequency / 1000,
    pollGrowth: pollGrowth(externals.length),
    resumeUrl,
    resumeAudience,
  };
}

/** Google's own APIs take OAuth 2.0 tokens, services of one's own OIDC: https://cloud.google.com/workflows/docs/authenticate-from-workflow */
function authOf({ endpoint }: ExternalOperation): 'OAuth2' | 'OIDC' {
  return new URL(endpoint).hostname.endsWith('.googleapis.com') ? 'OAuth2' : 'OIDC';
}

/**
 * By what part of the time that a wait has lasted the pause between two polls grows. It keeps the longest wait, a year,
 * far below the 100,000 steps of an execution, whatever its children: own children cost one call a poll and are
 * pushed anyway; each child of another service costs some eight steps a poll.
 */
function pollGrowth(externals: number): number {
  return externals === 0 ? 0.25 : Math.max(0.05, externals / 400);
}

/** Labels hold only lower-case letters, digits, `_` and `-`, 63 at most; they are for people, who look by operation. */
export function executionLabels({ operation }: OpenWait): Record<string, string> {
  const label = operationId(operation)
    .toLowerCase()
    .replace(/[^a-z0-9_-]/g, '-')
    .slice(0, 63);
  return { operation: label };
}
