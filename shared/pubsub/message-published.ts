/** What a Pub/Sub trigger hands to a function. */
import type { BusMessage } from '../messages/lifecycle-event.ts';

/**
 * The data of a `google.cloud.pubsub.topic.v1.messagePublished` CloudEvent.
 * https://cloud.google.com/eventarc/docs/cloudevents-json
 */
export interface MessagePublished {
  readonly message?: {
    /** Base64. */
    readonly data?: string;
    readonly attributes?: Readonly<Record<string, string>>;
    readonly messageId?: string;
    readonly publishTime?: string;
  };
}

interface Envelope {
  readonly id: string;
  readonly time?: string;
  readonly data?: MessagePublished;
}

/** The message in the event. One without data and attributes arrives as an event without a message. */
export function busMessageOf({ id, time, data }: Envelope): BusMessage {
  const message = data?.message ?? {};
  const publishTime = Date.parse(message.publishTime ?? time ?? '');
  return {
    data: Buffer.from(message.data ?? '', 'base64'),
    attributes: message.attributes ?? {},
    messageId: message.messageId ?? id,
    publishTime: Number.isNaN(publishTime) ? Date.now() : publishTime,
  };
}
