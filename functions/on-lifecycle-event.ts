/** Applies a lifecycle event to the store, then delivers what follows from it. */
import type { CloudEvent } from '@google-cloud/functions-framework';
import { type BusMessage, lifecycleEventOf } from '../shared/messages/lifecycle-event.ts';
import { rejectedHeaderOf } from '../shared/messages/rejected-event.ts';
import { applyEvent } from '../shared/orchestrator/apply-event.ts';
import { dispositionOf, InvalidInput } from '../shared/orchestrator/ports/failure.ts';
import { rejectEvent } from '../shared/orchestrator/reject-event.ts';
import { busMessageOf, type MessagePublished } from '../shared/pubsub/message-published.ts';
import type { Deployment } from './deployment.ts';

/** Resolving acknowledges the message; rejecting has it delivered again. */
export function onLifecycleEvent(deployment: () => Promise<Deployment>) {
  return async (cloudEvent: CloudEvent<MessagePublished>): Promise<void> =>
    handleMessage(await deployment(), busMessageOf(cloudEvent));
}

/** The function without its CloudEvent: what a bus in the same process calls. */
export async function handleMessage(
  { orchestrator, allowedHosts }: Deployment,
  message: BusMessage,
): Promise<void> {
  try {
    await applyEvent(orchestrator, lifecycleEventOf(message, allowedHosts, orchestrator.policy.payloads));
  } catch (error) {
    if (dispositionOf(error) === 'retry') throw error;
    await refuse(orchestrator, message, error);
  }
}

/** Seen by all whom it concerns: in the history of the operation, in the dead letters, in the log. */
async function refuse(
  orchestrator: Deployment['orchestrator'],
  message: BusMessage,
  error: unknown,
): Promise<void> {
  const { data, attributes, messageId } = message;
  const reason = error instanceof Error ? error.message : String(error);
  const field = error instanceof InvalidInput ? error.field : undefined;
  const header = rejectedHeaderOf(message);
  if (header && error instanceof InvalidInput) {
    const rejection = { field: error.field, reason: error.rule };
    await rejectEvent(orchestrator, { ...header, deliveryId: messageId }, rejection);
  }
  await orchestrator.publisher.publishDeadLetter({ data, attributes, messageId, reason, field });
  orchestrator.log.warn(
    { messageId, operation: header?.operation, field, reason },
    'a message can never be applied and was dead-lettered',
  );
}
