import { operationId } from '../lifecycle/operation-name.ts';
import { type ExternalOperation, externalKey, type OpenWait } from '../lifecycle/wait.ts';
import type { AllowedHosts } from '../messages/allowed-hosts.ts';
import { InvalidInput } from '../orchestrator/ports/failure.ts';

/** Where the workflow calls back. */
export interface WorkflowTarget {
  readonly resumeUrl: string;
  /** The OIDC audience of that call. */
  readonly resumeAudience: string;
  /** Whether the end of a child of this deployment is pushed: the workflow then only guards the wait. */
  readonly push: boolean;
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
  { resumeUrl, resumeAudience, push, hosts }: WorkflowTarget,
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
    ...pausesOf(pollFrequency / 1000, operations.length, push),
    ...(operations.length > 0 && { maxResult: Math.floor(MAX_RESULTS / operations.length) }),
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

/** What the results of one round are together at most, in characters: an execution holds 512 KB of variables. */
const MAX_RESULTS = 128 * 1024;

/** A guard looks first after a minute, then at eight times the age that the wait had, and every two weeks at last: in seconds. */
const GUARD = { firstPause: 60, growth: 7, maxPause: 14 * 86_400 };
/** Of what is polled: by what part of the time that the wait has lasted the pause grows. */
const OWN_GROWTH = 0.25;
const LEAST_GROWTH = 0.05;

/**
 * The pauses between two rounds. They keep the longest wait, a year, far below the 100,000 steps of an execution, whatever its
 * children: a round without children of other services costs seven steps, and each of those some eleven more.
 */
function pausesOf(pollFrequency: number, externals: number, push: boolean) {
  if (externals > 0) return { pollFrequency, pollGrowth: Math.max(LEAST_GROWTH, externals / 400) };
  if (!push) return { pollFrequency, pollGrowth: OWN_GROWTH };
  const { firstPause, growth, maxPause } = GUARD;
  return { pollFrequency: Math.max(firstPause, pollFrequency), pollGrowth: growth, maxPause };
}

/** Labels hold only lower-case letters, digits, `_` and `-`, 63 at most; they are for people, who look by operation. */
export function executionLabels({ operation }: OpenWait): Record<string, string> {
  const label = operationId(operation)
    .toLowerCase()
    .replace(/[^a-z0-9_-]/g, '-')
    .slice(0, 63);
  return { operation: label };
}
