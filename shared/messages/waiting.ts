import type { Waiting, Waiting_ExternalOperation } from '../../proto/generated/lro/v1/lifecycle_event_pb.js';
import type { AllFields } from '../lifecycle/all-fields.ts';
import type { WaitingEvent } from '../lifecycle/event.ts';
import { isOperationName, OPERATION_NAME_RULE, type OperationName } from '../lifecycle/operation-name.ts';
import { type ExternalOperation, externalKey, type WaitTerms } from '../lifecycle/wait.ts';
import { InvalidInput } from '../orchestrator/ports/failure.ts';
import type { AllowedHosts } from './allowed-hosts.ts';
import type { EventContext } from './event-context.ts';
import { jsonSize } from './json-bytes.ts';
import { CHILD_NAMES_LIMIT, MAX_CHILDREN, requireAtMost, WORKFLOW_LIMITS } from './limits.ts';
import { requireNotificationName } from './notification.ts';
import { spawnOf } from './spawn.ts';
import { requirePlainText } from './text.ts';
import { policyOf } from './wait-policy.ts';
import { waitTimesOf } from './wait-times.ts';

const MAX_NOTIFICATIONS = 32;
const MAX_EXTERNAL_NAME_LENGTH = 1024;

/**
 * Reads a `waiting` event.
 *
 * @throws InvalidInput
 */
export function waitTermsOf(
  waiting: Waiting,
  context: EventContext,
): Pick<WaitingEvent, 'terms' | 'children' | 'spawn'> {
  const { publishTime, hosts } = context;
  const spawn = spawnOf(waiting.spawn, context);
  const spawned = new Set(spawn.map(({ name }) => name));
  // A name in both lists counts once.
  const children = childrenOf(waiting.childOperations).filter((name) => !spawned.has(name));
  const externals = externalsOf(waiting.externalOperations, hosts);
  const childCount = spawn.length + children.length + externals.length;
  const fullest = spawn.length > children.length ? 'waiting.spawn' : 'waiting.childOperations';
  requireAtMost(fullest, childCount, MAX_CHILDREN, 'children');
  const notifications = notificationsOf(waiting.notifications);
  const awaited = childCount + notifications.length;
  const policy = policyOf(waiting, awaited);
  const { sleepUntil, deadline, pollFrequency } = waitTimesOf(waiting, publishTime, awaited);
  const { cancelRest, resumeMethod } = waiting;
  return {
    terms: {
      policy,
      childCount,
      externals,
      notifications: notifications.length > 0 ? notifications : undefined,
      cancelRest: cancelRest || undefined,
      sleepUntil,
      deadline,
      pollFrequency,
      resumeMethod: resumeMethod ? hosts.check(resumeMethod, 'waiting.resumeMethod') : undefined,
      traceparent: undefined,
    } satisfies AllFields<WaitTerms>,
    children,
    spawn,
  };
}

function notificationsOf(names: readonly string[]): readonly string[] {
  requireAtMost('waiting.notifications', names.length, MAX_NOTIFICATIONS, 'names');
  names.forEach((name, index) => {
    requireNotificationName(`waiting.notifications[${index}]`, name);
  });
  return names;
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
 * A resource name of another service (AIP-122) becomes part of a path. Each segment may only have path characters (RFC
 * 3986) that no parser rewrites, and must not be one or two dots.
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

/** The size of the children in the argument of the workflow: JSON, with the key and the kind of token of each child. */
function argumentBytes(externals: readonly ExternalOperation[]): number {
  const argument = externals.map((external) => {
    const { name, endpoint, audience } = external;
    return { name, endpoint, audience, key: externalKey(external), auth: 'OAuth2' };
  });
  return jsonSize(argument);
}
