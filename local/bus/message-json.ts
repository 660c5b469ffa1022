import { toBase64 } from '../../shared/messages/base64.ts';
import type { DeliveredMessage } from './delivered-message.ts';

/** A PubsubMessage in JSON. https://cloud.google.com/pubsub/docs/reference/rest/v1/PubsubMessage */
export interface MessageJson {
  readonly data?: string;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly messageId: string;
  readonly publishTime: string;
  readonly orderingKey?: string;
}

/** Absent fields are undefined, which JSON leaves out. */
export function messageJson(message: DeliveredMessage): MessageJson {
  const { data, attributes, messageId, publishTime, orderingKey } = message;
  return {
    data: data.byteLength > 0 ? toBase64(data) : undefined,
    attributes: Object.keys(attributes).length > 0 ? attributes : undefined,
    messageId,
    publishTime: new Date(publishTime).toISOString(),
    orderingKey: orderingKey || undefined,
  };
}
