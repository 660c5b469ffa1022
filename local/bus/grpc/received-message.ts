import type { protos } from '@google-cloud/pubsub';
import { fromMillis } from '../../../shared/messages/time.ts';
import type { PulledMessage } from '../pulled-message.ts';

export function receivedMessage({ ackId, message }: PulledMessage): protos.google.pubsub.v1.IReceivedMessage {
  const { data, attributes, messageId, publishTime, orderingKey, deliveryAttempt = 0 } = message;
  return {
    ackId,
    message: { data, attributes, messageId, publishTime: fromMillis(publishTime), orderingKey },
    deliveryAttempt,
  };
}
