/** A message of the lifecycle topic into the core's event. */
import type { Message } from 'protobufjs';
import type { lro } from '../../proto/generated/messages.js';
import { type LifecycleEvent, RESERVED_EVENT_ID_PREFIX, type WorkerEvent } from '../lifecycle/event.ts';
import { eventOrder } from '../lifecycle/event-order.ts';
import { isOperationName, OPERATION_NAME_RULE, type OperationName } from '../lifecycle/operation-name.ts';
import { EMPTY_RESPONSE } from '../lifecycle/result.ts';
import { InvalidInput } from '../orchestrator/ports/failure.ts';
import type { AllowedHosts } from './allowed-hosts.ts';
import { creationOf } from './creation.ts';
import { boundedAny, requirePlainText } from './field-rules.ts';
import { messageFromJson } from './json-reader.ts';
import { parseJson } from './json-value.ts';
import { fromProtoStatus } from './operation.ts';
import { lifecycleEventType } from './schema.ts';
import { fromMillis, toBigInt, toMillis, toNumber } from './time.ts';
import { isTimestamp } from './timestamp.ts';
import { savepointOf, waitTermsOf } from './waiting.ts';

/** A message as a trigger hands it over. */
export interface BusMessage {
  readonly data: Uint8Array;
  readonly attributes: Readonly<Record<string, string>>;
  readonly messageId: string;
  /** Milliseconds since the epoch. */
  readonly publishTime: number;
}

export type LifecycleMessage = lro.v1.ILifecycleEvent;

const MAX_EVENT_ID_LENGTH = 256;

/** The event that a message carries; an InvalidInput that names the field and the rule where it carries none. */
export function lifecycleEventOf(message: BusMessage, hosts: AllowedHosts): LifecycleEvent {
  const proto = decode(message);
  const operation = operationOf(proto);
  const eventId = eventIdOf(proto, message.messageId);
  const time = proto.occurTime ?? fromMillis(message.publishTime);
  const occurTime = toMillis(time);
  if (!isTimestamp(occurTime)) throw new InvalidInput('occurTime', 'must be in the years 1 to 9999');
  return {
    operation,
    eventId,
    occurTime,
    order: eventOrder({
      ...(proto.sequence != null && { sequence: toBigInt(proto.sequence) }),
      seconds: toNumber(time.seconds),
      nanos: time.nanos ?? 0,
      eventId,
    }),
    ...workerEventOf(proto, { operation, occurTime, hosts }),
  };
}

/** The attribute that Pub/Sub itself sets for topics with a schema: https://cloud.google.com/pubsub/docs/schemas */
const ENCODING_ATTRIBUTE = 'googclient_schemaencoding';

/** With the fields that were given, and no others: an absent one must not look like its default. */
function decode(message: BusMessage): LifecycleMessage {
  return lifecycleEventType.toObject(decodeMessage(message)) as LifecycleMessage;
}

function decodeMessage({ data, attributes }: BusMessage): Message {
  const encoding = attributes[ENCODING_ATTRIBUTE] ?? (startsWithBrace(data) ? 'JSON' : 'BINARY');
  switch (encoding) {
    case 'JSON':
      return messageFromJson(lifecycleEventType, parseJson(data, 'data'));
    case 'BINARY':
      try {
        return lifecycleEventType.decode(data);
      } catch {
        throw new InvalidInput('data', 'is neither a JSON object nor a protobuf lro.v1.LifecycleEvent');
      }
    default:
      throw new InvalidInput(`attributes.${ENCODING_ATTRIBUTE}`, 'must be JSON or BINARY');
  }
}

function startsWithBrace(data: Uint8Array): boolean {
  const first = data.find((byte) => byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09);
  return first === 0x7b;
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

export interface EventContext {
  readonly operation: OperationName;
  readonly occurTime: number;
  readonly hosts: AllowedHosts;
}

const EVENT_FIELDS = [
  ...['created', 'progressed', 'checkpointed', 'waiting'],
  ...['succeeded', 'failed', 'cancelRequested', 'cancelled'],
];

function workerEventOf(proto: LifecycleMessage, context: EventContext): WorkerEvent {
  if (proto.created) return { type: 'created', ...creationOf(proto.created, context.operation) };
  if (proto.progressed) {
    if (!proto.progressed.metadata) throw new InvalidInput('progressed.metadata', 'is required');
    return { type: 'progressed', metadata: boundedAny('progressed.metadata', proto.progressed.metadata) };
  }
  if (proto.checkpointed) return { type: 'checkpointed', ...savepointOf(proto.checkpointed, 'checkpointed') };
  if (proto.waiting) {
    const { terms, children } = waitTermsOf(proto.waiting, context);
    return { type: 'waiting', terms, children, ...savepointOf(proto.waiting, 'waiting') };
  }
  if (proto.succeeded) {
    const { response } = proto.succeeded;
    return {
      type: 'succeeded',
      response: response ? boundedAny('succeeded.response', response) : EMPTY_RESPONSE,
    };
  }
  if (proto.failed) return { type: 'failed', error: errorOf(proto.failed) };
  if (proto.cancelRequested)
    return { type: 'cancelRequested', cascade: proto.cancelRequested.cascade ?? true };
  if (proto.cancelled) return { type: 'cancelled' };
  throw new InvalidInput('event', `must be one of ${EVENT_FIELDS.join(', ')}`);
}

function errorOf({ error }: lro.v1.IFailed) {
  if (!error) throw new InvalidInput('failed.error', 'is required');
  if (!error.code)
    throw new InvalidInput('failed.error.code', 'must be a google.rpc.Code that is not 0 (OK)');
  return fromProtoStatus(error);
}
