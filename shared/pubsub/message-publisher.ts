import { completionMessage, completionWithoutPayload, type OutgoingMessage } from '../messages/completion.ts';
import { signalMessage, signalWithoutPayload } from '../messages/signal.ts';
import type { Log } from '../orchestrator/orchestrator.ts';
import type { Publisher } from '../orchestrator/ports/publisher.ts';
import { NO_TENANTS, type Tenant } from '../orchestrator/tenants.ts';
import { deadLetterMessage } from './dead-letter-message.ts';
import {
  isClearlyWithinLimits,
  isWithinLimit,
  messageSize,
  withFittingAttributes,
} from './message-limits.ts';
import type { PublishedTopics } from './topology.ts';

/** A bus, as far as publishing is concerned. */
export interface MessageSender {
  /** Resolves once the bus has the message. Rejects with a Failure. */
  send(topic: string, message: OutgoingMessage): Promise<void>;
  close(): Promise<void>;
}

/**
 * The orchestrator's publisher, over any bus. It decides which message goes to which topic. A tenant's messages go to
 * the tenant's topics.
 *
 * Intake refuses payloads that do not fit a message. An operation of an earlier release that is too large is published
 * without its payload, which an attribute and the log report. A retry would never succeed.
 */
export function messagePublisher(
  topics: PublishedTopics,
  sender: MessageSender,
  log?: Log,
  tenants = NO_TENANTS,
): Publisher {
  const topicOf = (topic: string, tenant: Tenant | undefined) => topic + (tenant?.ending ?? '');
  function fitting(whole: OutgoingMessage, withoutPayload: () => OutgoingMessage): OutgoingMessage {
    if (isClearlyWithinLimits(whole)) return whole;
    const message = withFittingAttributes(whole);
    if (isWithinLimit(message)) return message;
    const { operation, signal } = whole.attributes;
    log?.warn(
      { operation, signal, bytes: messageSize(message) },
      'a message is above the limit of Pub/Sub and is published without its payload',
    );
    return withFittingAttributes(withoutPayload());
  }
  return {
    publishCompletion: (operation) =>
      sender.send(
        topicOf(topics.completions, tenants.of(operation.name)),
        fitting(completionMessage(operation), () => completionWithoutPayload(operation)),
      ),
    publishSignal: (signal) =>
      sender.send(
        topicOf(topics.signals, tenants.of(signal.operation)),
        fitting(signalMessage(signal), () => signalWithoutPayload(signal)),
      ),
    publishDeadLetter: (letter) =>
      sender.send(topicOf(topics.deadLetters, tenants.ofTopic(letter.topic)), deadLetterMessage(letter)),
    close: () => sender.close(),
  };
}
