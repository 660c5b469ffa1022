import type { DeliveredMessage } from './delivered-message.ts';
import type { Lease, MessageHandler } from './handler-subscriber.ts';
import { messageJson } from './message-json.ts';

/** The status codes that acknowledge a message. https://cloud.google.com/pubsub/docs/push#receive_push */
const ACKNOWLEDGING = new Set([102, 200, 201, 202, 204]);

/** Pushes messages to a URL, wrapped like Pub/Sub wraps them. An answer that comes after the ack deadline is ignored. */
export function pushTo(url: string, project: string): MessageHandler {
  return async (message, lease) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(pushBody(message, project)),
      redirect: 'manual',
      signal: abortedWith(lease),
    });
    // The connection of a response can be used again only after its body was read.
    await response.arrayBuffer();
    if (!ACKNOWLEDGING.has(response.status)) {
      throw new Error(`the push endpoint answered ${response.status}`);
    }
  };
}

function abortedWith(lease: Lease): AbortSignal {
  const controller = new AbortController();
  lease.onEnd(() => controller.abort());
  return controller.signal;
}

/** https://cloud.google.com/pubsub/docs/push#properties_of_a_push_subscription */
function pushBody(message: DeliveredMessage, project: string): object {
  const { deliveryAttempt } = message;
  const json = messageJson(message);
  return {
    message: { ...json, message_id: json.messageId, publish_time: json.publishTime },
    subscription: `projects/${project}/subscriptions/${message.subscription}`,
    deliveryAttempt,
  };
}
