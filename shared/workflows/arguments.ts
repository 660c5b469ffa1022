import { operationId } from '../lifecycle/operation-name.ts';
import { type ExternalOperation, externalKey, type OpenWait } from '../lifecycle/wait.ts';
import type { AllowedHosts } from '../messages/allowed-hosts.ts';
import { InvalidInput } from '../orchestrator/ports/failure.ts';

/** Where the workflow calls back. */
export interface WorkflowTarget {
  readonly resumeUrl: string;
  /** The OIDC audience of that call. */
  readonly resumeAudience: string;
  /** Asked again at each launch: an open wait must not poll a host that was taken off the list meanwhile. */
  readonly hosts: AllowedHosts;
}

/**
 * The arguments of workflows/parallel-poll.yaml. Times are seconds since the epoch, durations seconds. A child at a host
 * that may not be called any more is left out: the rest of the wait goes on, and ends at its deadline at the latest.
 */
export function workflowArguments(
  wait: OpenWait,
  method: string,
  { resumeUrl, resumeAudience, hosts }: WorkflowTarget,
) {
  const { operation, waitId, startTime, sleepUntil, deadline, pollFrequency } = wait;
  const operations = wait.externals.flatMap((external) => externalArgument(external, hosts));
  return {
    operationId: operationId(operation),
    waitId,
    operations,
    method,
    startTime: startTime / 1000,
    sleep: ((sleepUntil ?? startTime) - startTime) / 1000,
    timeout: (deadline - startTime) / 1000,
    pollFrequency: pollFrequency / 1000,
    pollGrowth: pollGrowth(operations.length),
    resumeUrl,
    resumeAudience,
  };
}

interface ExternalArgument extends ExternalOperation {
  readonly key: string;
  readonly auth: 'OAuth2' | 'OIDC';
}

/** In the form that was checked. Empty where the endpoint or the audience is not allowed. */
function externalArgument(external: ExternalOperation, hosts: AllowedHosts): readonly ExternalArgument[] {
  try {
    const endpoint = hosts.checkBase(external.endpoint, 'endpoint');
    const audience = hosts.audience(endpoint, external.audience, 'audience');
    const allowed = { name: external.name, endpoint, audience };
    return [{ ...allowed, key: externalKey(external), auth: authOf(allowed) }];
  } catch (error) {
    if (error instanceof InvalidInput) return [];
    throw error;
  }
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
