import { operationId } from '../lifecycle/operation-name.ts';
import { type ExternalOperation, externalKey, type OpenWait } from '../lifecycle/wait.ts';
import type { AllowedHosts } from '../messages/allowed-hosts.ts';
import { InvalidInput } from '../orchestrator/ports/failure.ts';

/** The URLs that the workflow calls. */
export interface WorkflowTarget {
  readonly resumeUrl: string;
  /** The OIDC audience of that call. */
  readonly resumeAudience: string;
  /** Whether the end of a child of this deployment is pushed. The workflow then only guards the wait. */
  readonly push: boolean;
  /** Checked again at each launch: an open wait must not poll a host that was removed from the list meanwhile. */
  readonly hosts: AllowedHosts;
}

/**
 * The arguments of workflows/parallel-poll.yaml. Times are seconds since the epoch, and durations are seconds. A child
 * at a host that is no longer allowed is left out. The rest of the wait goes on, and ends at its deadline at the
 * latest.
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
    maxResult: operations.length > 0 ? Math.floor(MAX_RESULTS / operations.length) : undefined,
    resumeUrl,
    resumeAudience,
  };
}

interface ExternalArgument extends ExternalOperation {
  readonly key: string;
  readonly auth: 'OAuth2' | 'OIDC';
}

/** The children in their checked form. Endpoint and audience are empty if they are not allowed. */
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

/** Google's APIs require OAuth 2.0 tokens, and other services OIDC tokens: https://cloud.google.com/workflows/docs/authenticate-from-workflow */
function authOf({ endpoint }: ExternalOperation): 'OAuth2' | 'OIDC' {
  return new URL(endpoint).hostname.endsWith('.googleapis.com') ? 'OAuth2' : 'OIDC';
}

/** The largest total size of the results of one round, in characters: an execution holds 512 KB of variables. */
const MAX_RESULTS = 128 * 1024;

/**
 * The guard's rounds: the first after a minute, then at eight times the age of the wait, and at most two weeks apart.
 * In seconds.
 */
const GUARD = { firstPause: 60, growth: 7, maxPause: 14 * 86_400 };
/** For polled children, the growth of the pause as a fraction of the age of the wait. */
const OWN_GROWTH = 0.25;
const LEAST_GROWTH = 0.05;

/**
 * The pauses between rounds. They keep the longest wait, one year, far below the limit of 100,000 steps of an execution
 * for any number of children: a round costs seven steps, and about eleven more for each child of another service.
 */
function pausesOf(pollFrequency: number, externals: number, push: boolean) {
  if (externals > 0) return { pollFrequency, pollGrowth: Math.max(LEAST_GROWTH, externals / 400) };
  if (!push) return { pollFrequency, pollGrowth: OWN_GROWTH };
  const { firstPause, growth, maxPause } = GUARD;
  return { pollFrequency: Math.max(firstPause, pollFrequency), pollGrowth: growth, maxPause };
}

/**
 * Labels allow only lower-case letters, digits, `_` and `-`, at most 63 characters. They help people find executions by
 * operation.
 */
export function executionLabels({ operation }: OpenWait): Record<string, string> {
  const label = operationId(operation)
    .toLowerCase()
    .replace(/[^a-z0-9_-]/g, '-')
    .slice(0, 63);
  return { operation: label };
}
