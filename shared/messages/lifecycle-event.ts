/**
 * Reads a message of the lifecycle topic into an event of the core: the fields that every event has. `worker-event.ts`
 * reads the rest.
 */
import { type LifecycleEvent, RESERVED_EVENT_ID_PREFIX } from '../lifecycle/event.ts';
import { isOperationName, OPERATION_NAME_RULE, type OperationName } from '../lifecycle/operation-name.ts';
import { isInTimeRange } from '../lifecycle/time-range.ts';
import { InvalidInput } from '../orchestrator/ports/failure.ts';
import { validTraceparent } from '../telemetry/trace-context.ts';
import type { AllowedHosts } from './allowed-hosts.ts';
import { attemptOf } from './attempt.ts';
import type { BusMessage } from './bus-message.ts';
import {
  decodeEvent,
  type Encoding,
  encodingOf,
  eventFromJson,
  type LifecycleMessage,
} from './event-message.ts';
import type { JsonObject } from './json-value.ts';
import { DEFAULT_PAYLOAD_LIMITS, type PayloadLimits } from './limits.ts';
import { PayloadRules } from './payload.ts';
import { requirePlainText } from './text.ts';
import { toMillis, toNumber } from './time.ts';
import { workerEventOf } from './worker-event.ts';

const MAX_EVENT_ID_LENGTH = 256;
/** How far a worker's clock may be ahead of the clock of Pub/Sub. */
const MAX_CLOCK_AHEAD_MS = 600_000;
const MAX_NANOS = 999_999_999;

/**
 * Reads the event of a message.
 *
 * @throws InvalidInput that names the field and the rule
 */
export function lifecycleEventOf(
  message: BusMessage,
  hosts: AllowedHosts,
  limits: PayloadLimits = DEFAULT_PAYLOAD_LIMITS,
): LifecycleEvent {
  const encoding = encodingOf(message);
  return eventOf(decodeEvent(message.data, encoding, limits), encoding, message, { hosts, limits });
}

/**
 * Reads the event of an API call, whose body `parseJson` has read.
 *
 * @throws InvalidInput that names the field and the rule
 */
export function lifecycleEventOfJson(
  json: JsonObject,
  receipt: Receipt,
  hosts: AllowedHosts,
  limits: PayloadLimits = DEFAULT_PAYLOAD_LIMITS,
): LifecycleEvent {
  return eventOf(eventFromJson(json, limits), 'JSON', receipt, { hosts, limits });
}

/** What is known of an event beside its data. */
export type Receipt = Omit<BusMessage, 'data'>;

function eventOf(
  proto: LifecycleMessage,
  encoding: Encoding,
  { attributes, messageId, publishTime }: Receipt,
  { hosts, limits }: { readonly hosts: AllowedHosts; readonly limits: PayloadLimits },
): LifecycleEvent {
  const operation = operationOf(proto);
  const eventId = eventIdOf(proto, messageId);
  const { occurTime, seconds, nanos } = timeOf(proto, publishTime);
  const { attempt, worker } = attemptOf(proto);
  const payloads = new PayloadRules(limits, encoding);
  return {
    operation,
    eventId,
    occurTime,
    publishTime,
    position: { sequence: proto.sequence, seconds, nanos },
    attempt,
    worker,
    traceparent: traceparentIn(proto, attributes),
    ...workerEventOf(proto, { operation, publishTime, hosts, payloads }),
  };
}

function operationOf({ operation }: LifecycleMessage): OperationName {
  if (!operation) throw new InvalidInput('operation', 'is required');
  if (!isOperationName(operation)) throw new InvalidInput('operation', OPERATION_NAME_RULE);
  return operation;
}

function eventIdOf({ eventId }: LifecycleMessage, messageId: string): string {
  if (!eventId) return messageId;
  requirePlainText('eventId', eventId, MAX_EVENT_ID_LENGTH);
  if (eventId.startsWith(RESERVED_EVENT_ID_PREFIX)) {
    throw new InvalidInput(
      'eventId',
      `must not start with ${RESERVED_EVENT_ID_PREFIX}, which is the orchestrator's own`,
    );
  }
  return eventId;
}

/** The client libraries of Pub/Sub put the context of their own spans into the attribute with `googclient_`. */
function traceparentIn(
  { traceparent }: LifecycleMessage,
  attributes: BusMessage['attributes'],
): string | undefined {
  const given = traceparent || attributes.googclient_traceparent || attributes.traceparent;
  return given ? validTraceparent(given) : undefined;
}

/**
 * When the event happened, in milliseconds and in full precision: by the worker's clock, or by the clock of Pub/Sub if
 * the event gives no time.
 */
function timeOf({ occurTime: time }: LifecycleMessage, publishTime: number) {
  if (!time) {
    const seconds = Math.floor(publishTime / 1000);
    return { occurTime: publishTime, seconds, nanos: Math.round((publishTime - seconds * 1000) * 1e6) };
  }
  const { nanos } = time;
  const occurTime = toMillis(time);
  if (!isInTimeRange(occurTime) || nanos < 0 || nanos > MAX_NANOS) {
    throw new InvalidInput('occurTime', 'must be in the years 1 to 9999');
  }
  if (occurTime > publishTime + MAX_CLOCK_AHEAD_MS) {
    throw new InvalidInput('occurTime', 'must not be more than 10 minutes after the time of publishing');
  }
  return { occurTime, seconds: toNumber(time.seconds), nanos };
}
