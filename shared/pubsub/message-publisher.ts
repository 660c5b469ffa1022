import { completionMessage, type OutgoingMessage } from '../messages/completion.ts';
import { signalMessage } from '../messages/signal.ts';
import type { Publisher } from '../orchestrator/ports/publisher.ts';
import { deadLetterMessage } from './dead-letter-message.ts';
import { withFittingAttributes } from './message-limits.ts';
import type { PublishedTopics } from './topology.ts';

/** A bus, as far as publishing goes. */
export interface MessageSender {
  /** Resolves once the bus has the message; rejects with a Failure. */
  send(topic: string, message: OutgoingMessage): Promise<void>;
  close(): Promise<void>;
}

/** The orchestrator's publisher over any bus: which message goes to which topic. */
export function messagePublisher(topics: PublishedTopics, sender: MessageSender): Publisher {
  return {
    publishCompletion: (operation) =>
      sender.send(topics.completions, withFittingAttributes(completionMessage(operation))),
    publishSignal: (signal) => sender.send(topics.signals, withFittingAttributes(signalMessage(signal))),
    publishDeadLetter: (letter) => sender.send(topics.deadLetters, deadLetterMessage(letter)),
    close: () => sender.close(),
  };
}
