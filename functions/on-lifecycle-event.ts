/** Applies a lifecycle event to the store, then delivers its effects. */
import type { CloudEvent } from '@google-cloud/functions-framework';
import type { OperationName } from '../shared/lifecycle/operation-name.ts';
import type { BusMessage } from '../shared/messages/bus-message.ts';
import { lifecycleEventOf } from '../shared/messages/lifecycle-event.ts';
import { rejectedHeaderOf } from '../shared/messages/rejected-event.ts';
import { applyEvent } from '../shared/orchestrator/apply-event.ts';
import { dispositionOf, InvalidInput } from '../shared/orchestrator/ports/failure.ts';
import { rejectEvent } from '../shared/orchestrator/reject-event.ts';
import { ForeignOperation } from '../shared/orchestrator/tenants.ts';
import { busMessageOf, type MessagePublished, topicOf } from '../shared/pubsub/message-published.ts';
import type { Deployment } from './deployment.ts';

/** If it resolves, the message is acknowledged. If it rejects, Pub/Sub delivers the message again. */
export function onLifecycleEvent(deployment: () => Promise<Deployment>) {
  return async (cloudEvent: CloudEvent<MessagePublished>): Promise<void> =>
    handleMessage(await deployment(), busMessageOf(cloudEvent), topicOf(cloudEvent));
}

/**
 * The function without its CloudEvent. A bus in the same process calls it directly. `topic` is the lifecycle topic that the
 * message came from, without the project.
 */
export async function handleMessage(
  { orchestrator }: Deployment,
  message: BusMessage,
  topic: string | undefined,
): Promise<void> {
  const { payloads, tenants, allowedHosts } = orchestrator.policy;
  try {
    const event = lifecycleEventOf(message, allowedHosts, payloads);
    tenants.requireCarried(topic, event.operation);
    tenants.requireOneTenant(event);
    await applyEvent(orchestrator, event);
  } catch (error) {
    if (dispositionOf(error) === 'retry') throw error;
    await refuse(orchestrator, message, topic, error);
  }
}

/**
 * Records a message that cannot be applied: in the history of the operation, in the dead letters and in the log. The
 * history of another tenant's operation is left out, because only the sender has to know.
 */
async function refuse(
  orchestrator: Deployment['orchestrator'],
  message: BusMessage,
  topic: string | undefined,
  thrown: unknown,
): Promise<void> {
  const { data, attributes, messageId } = message;
  const header = rejectedHeaderOf(message);
  const error = (header && foreign(orchestrator, topic, header.operation)) ?? thrown;
  const reason = error instanceof Error ? error.message : String(error);
  const field = error instanceof InvalidInput ? error.field : undefined;
  if (header && error instanceof InvalidInput && !(error instanceof ForeignOperation)) {
    const { operation, attempt, worker, type } = header;
    const rejected = { operation, attempt, worker, type, deliveryId: messageId };
    await rejectEvent(orchestrator, rejected, { field: error.field, reason: error.rule });
  }
  orchestrator.telemetry.count('lro.dead_letters');
  await orchestrator.publisher.publishDeadLetter({ data, attributes, messageId, reason, field, topic });
  orchestrator.log.warn(
    { messageId, topic, operation: header?.operation, field, reason },
    'a message can never be applied and was dead-lettered',
  );
}

function foreign(
  { policy }: Deployment['orchestrator'],
  topic: string | undefined,
  operation: OperationName,
): ForeignOperation | undefined {
  try {
    policy.tenants.requireCarried(topic, operation);
    return undefined;
  } catch (error) {
    if (error instanceof ForeignOperation) return error;
    throw error;
  }
}
