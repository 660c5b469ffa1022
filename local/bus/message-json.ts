import type { DeliveredMessage } from './delivered-message.ts';

/** A PubsubMessage in JSON. https://cloud.google.com/pubsub/docs/reference/rest/v1/PubsubMessage */
export interface MessageJson {
  readonly data?: string;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly messageId: string;
  readonly publishTime: string;
  readonly orderingKey?: string;
}

export function messageJson(message: DeliveredMessage): MessageJson {
  const { data, attributes, messageId, publishTime, orderingKey } = message;
  return {
    ...(data.byteLength > 0 && { data: base64(data) }),
    ...(Object.keys(attributes).length > 0 && { attributes }),
    messageId,
    publishTime: new Date(publishTime).toISOString(),
    ...(orderingKey && { orderingKey }),
  };
}

function base64({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('base64');
}
