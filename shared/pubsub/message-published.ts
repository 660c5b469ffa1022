/** What a Pub/Sub trigger hands to a function. */
import type { BusMessage } from '../messages/lifecycle-event.ts';
import { parseTimestamp } from '../messages/timestamp.ts';

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

/**
 * What the functions-framework makes of a trigger's call. A plain push of a message without data it does not take for a
 * CloudEvent, and hands over as it came, with the message at the top.
 */
interface Envelope extends MessagePublished {
  readonly id?: string;
  readonly time?: string;
  /** `//pubsub.googleapis.com/projects/{project}/topics/{topic}`. */
  readonly source?: string;
  readonly data?: MessagePublished;
}

/** The topic by which the message came, without the project; undefined where the trigger does not say it. */
export function topicOf({ source = '' }: Envelope): string | undefined {
  return /^\/\/pubsub\.googleapis\.com\/projects\/[^/]+\/topics\/([^/]+)$/.exec(source)?.[1];
}

export function busMessageOf({ id = '', time, data, message = data?.message ?? {} }: Envelope): BusMessage {
  const publishTime = parseTimestamp(message.publishTime ?? time ?? '');
  return {
    data: Buffer.from(message.data ?? '', 'base64'),
    attributes: message.attributes ?? {},
    messageId: message.messageId ?? id,
    publishTime: publishTime?.millis ?? Date.now(),
  };
}
