/** The data that a Pub/Sub trigger passes to a function. */
import type { BusMessage } from '../messages/bus-message.ts';
import { parseTimestamp } from '../messages/timestamp.ts';

/**
 * The data of a `google.cloud.pubsub.topic.v1.messagePublished` CloudEvent.
 * https://cloud.google.com/eventarc/docs/cloudevents-json
 */
export interface MessagePublished {
  /** The message, as Pub/Sub pushes it. */
  readonly message?: {
    /** Base64. */
    readonly data?: string;
    /** The attributes of the message. */
    readonly attributes?: Readonly<Record<string, string>>;
    /** The id that Pub/Sub gave it. */
    readonly messageId?: string;
    /** RFC 3339. */
    readonly publishTime?: string;
  };
}

/**
 * What the functions-framework makes of a trigger's call. It does not recognize a plain push of a message without data
 * as a CloudEvent, and passes the push body on unchanged, with the message at the top.
 */
interface Envelope extends MessagePublished {
  readonly id?: string;
  readonly time?: string;
  /** `//pubsub.googleapis.com/projects/{project}/topics/{topic}`. */
  readonly source?: string;
  readonly data?: MessagePublished;
}

/** The topic of the message, without the project, or undefined if the trigger does not name it. */
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
