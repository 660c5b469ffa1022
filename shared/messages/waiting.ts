import type { Waiting, Waiting_ExternalOperation } from '../../proto/generated/lro/v1/lifecycle_event_pb.js';
import type { Savepoint } from '../lifecycle/event.ts';
import { isOperationName, OPERATION_NAME_RULE, type OperationName } from '../lifecycle/operation-name.ts';
import { clampTime } from '../lifecycle/time-range.ts';
import { type ExternalOperation, externalKey, type WaitPolicy, type WaitTerms } from '../lifecycle/wait.ts';
import { InvalidInput } from '../orchestrator/ports/failure.ts';
import type { AllowedHosts } from './allowed-hosts.ts';
import { CHILD_NAMES_LIMIT, requireAtMost, WORKFLOW_LIMITS } from './limits.ts';
import type { PayloadRules } from './payload.ts';
import { requirePlainText } from './text.ts';
import { toMillis } from './time.ts';
import type { EventContext } from './worker-event.ts';

const DEFAULT_TIMEOUT = 86_400_000;
const MAX_TIMEOUT_DAYS = 365;
const DAY = 86_400_000;
const DEFAULT_POLL_FREQUENCY = 10_000;
const MIN_POLL_FREQUENCY = 1_000;
/** One commit holds the rows of all children: Spanner takes 80,000 mutations, and a child costs fewer than eight. */
const MAX_CHILDREN = 10_000;
const MAX_RESUME_POINT_LENGTH = 256;
const MAX_EXTERNAL_NAME_LENGTH = 1024;

/** The checkpoint and resume point of an event; `path` is the field that holds them. */
export function savepointOf(
  { checkpoint, resumePoint }: { checkpoint?: Uint8Array; resumePoint?: string },
  path: string,
  payloads: PayloadRules,
): Savepoint {
  requirePlainText(`${path}.resumePoint`, resumePoint ?? '', MAX_RESUME_POINT_LENGTH);
  return {
    ...(checkpoint && { checkpoint: payloads.bytes(`${path}.checkpoint`, checkpoint) }),
    ...(resumePoint !== undefined && { resumePoint }),
  };
}

export function waitTermsOf(
  waiting: Waiting,
  { publishTime, hosts }: EventContext,
): { terms: WaitTerms; children: readonly OperationName[] } {
  const children = childrenOf(waiting.childOperations);
  const externals = externalsOf(waiting.externalOperations, hosts);
  const childCount = children.length + externals.length;
  requireAtMost('waiting.childOperations', childCount, MAX_CHILDREN, 'children');
  const resumeMethod = waiting.resumeMethod || undefined;
  return {
    children,
    terms: {
      policy: policyOf(waiting, childCount),
      childCount,
      externals,
      ...timesOf(waiting, publishTime, childCount),
      ...(resumeMethod && { resumeMethod: hosts.check(resumeMethod, 'waiting.resumeMethod') }),
    },
  };
}

function childrenOf(names: readonly string[]): readonly OperationName[] {
  const bytes = names.reduce((sum, name) => sum + name.length, 0);
  requireAtMost('waiting.childOperations', bytes, CHILD_NAMES_LIMIT, 'bytes of names');
  const children = names.map((name, index) => {
    if (!isOperationName(name))
      throw new InvalidInput(`waiting.childOperations[${index}]`, OPERATION_NAME_RULE);
    return name;
  });
  return [...new Set(children)];
}

/**
 * A resource name of another service (AIP-122) becomes part of a path: each segment has characters of a path (RFC 3986)
 * that no parser rewrites, and is not one or two dots.
 */
const EXTERNAL_NAME = /^(?!\.{1,2}(\/|$))[\w\-.~!$&'()*+,;=:@]+(\/(?!\.{1,2}(\/|$))[\w\-.~!$&'()*+,;=:@]+)*$/;
const EXTERNAL_NAME_RULE =
  "must be segments of A-Z a-z 0-9 - . _ ~ ! $ & ' ( ) * + , ; = : @ with one / between each, none of them . or ..";

function externalsOf(
  externals: readonly Waiting_ExternalOperation[],
  hosts: AllowedHosts,
): readonly ExternalOperation[] {
  const byKey = new Map<string, ExternalOperation>();
  externals.forEach(({ name, endpoint, audience }, index) => {
    const path = `waiting.externalOperations[${index}]`;
    if (!name) throw new InvalidInput(`${path}.name`, 'is required');
    requirePlainText(`${path}.name`, name, MAX_EXTERNAL_NAME_LENGTH);
    if (!EXTERNAL_NAME.test(name)) throw new InvalidInput(`${path}.name`, EXTERNAL_NAME_RULE);
    if (!endpoint) throw new InvalidInput(`${path}.endpoint`, 'is required');
    const url = hosts.checkBase(endpoint, `${path}.endpoint`);
    const external = {
      name,
      endpoint: url,
      audience: hosts.audience(url, audience || undefined, `${path}.audience`),
    };
    byKey.set(externalKey(external), external);
  });
  const unique = [...byKey.values()];
  requireAtMost(
    'waiting.externalOperations',
    argumentBytes(unique),
    WORKFLOW_LIMITS.externalOperations,
    'bytes',
  );
  return unique;
}

/** As they travel in the argument of the workflow: in JSON, each with its key and how the workflow signs in. */
function argumentBytes(externals: readonly ExternalOperation[]): number {
  const argument = externals.map((external) => ({ ...external, key: externalKey(external), auth: 'OAuth2' }));
  return Buffer.byteLength(JSON.stringify(argument));
}

/** The names of lro.v1.Wait.Policy, by number. */
const POLICIES = [
  'ALL_DONE',
  'ALL_DONE',
  'ANY_DONE',
  'ALL_SUCCEEDED',
  'ANY_SUCCEEDED',
  'QUORUM_SUCCEEDED',
] as const;

function policyOf({ policy, quorum }: Waiting, childCount: number): WaitPolicy {
  const kind = POLICIES[policy];
  if (kind === undefined)
    throw new InvalidInput('waiting.policy', `must be one of ${POLICIES.slice(1).join(', ')}`);
  if (kind !== 'QUORUM_SUCCEEDED') {
    if (quorum) throw new InvalidInput('waiting.quorum', 'goes with the policy QUORUM_SUCCEEDED only');
    return { kind };
  }
  if (!quorum || quorum < 1 || quorum > childCount) {
    throw new InvalidInput(
      'waiting.quorum',
      `must be from 1 to the number of children, which is ${childCount}`,
    );
  }
  return { kind, quorum };
}

function timesOf({ sleep, timeout, pollFrequency }: Waiting, start: number, childCount: number) {
  const timeoutMillis = timeout ? toMillis(timeout) : DEFAULT_TIMEOUT;
  if (timeoutMillis <= 0 || timeoutMillis > MAX_TIMEOUT_DAYS * DAY) {
    throw new InvalidInput(
      'waiting.timeout',
      `must be more than 0s and at most ${MAX_TIMEOUT_DAYS * 86_400}s (365 days)`,
    );
  }
  const sleepMillis = sleep ? toMillis(sleep) : 0;
  if (sleepMillis < 0) throw new InvalidInput('waiting.sleep', 'must not be negative');
  if (sleepMillis > timeoutMillis) {
    throw new InvalidInput(
      'waiting.sleep',
      `must not be longer than waiting.timeout, which is ${timeoutMillis / 1000}s`,
    );
  }
  const frequency = pollFrequency ? toMillis(pollFrequency) : DEFAULT_POLL_FREQUENCY;
  if (frequency < MIN_POLL_FREQUENCY) throw new InvalidInput('waiting.pollFrequency', 'must be at least 1s');
  return {
    ...(sleepMillis > 0 && { sleepUntil: clampTime(start + sleepMillis) }),
    // A timer has nothing to wait for beyond its sleep, and what finds overdue waits should find it then.
    deadline: clampTime(start + (childCount === 0 && sleepMillis > 0 ? sleepMillis : timeoutMillis)),
    pollFrequency: frequency,
  };
}
