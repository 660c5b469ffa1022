import * as v from 'valibot';
import { arrayOf, integer, ruleOf, strictObject, stringMap } from '../../../shared/http/body-fields.ts';
import { isBase64 } from '../../../shared/messages/text.ts';
import { validated } from '../../../shared/messages/validated.ts';
import { REQUEST_LIMITS } from '../message.ts';

const publishedMessage = strictObject({
  data: v.optional(v.pipe(v.string(), v.check(isBase64, 'must be base64')), ''),
  attributes: v.optional(stringMap, {}),
  orderingKey: v.optional(v.string(), ''),
  // Pub/Sub sets these two fields. A caller that publishes what it pulled is not refused because of them.
  messageId: v.optional(v.string()),
  publishTime: v.optional(v.string()),
});

export const publishBody = strictObject({
  messages: arrayOf(publishedMessage, REQUEST_LIMITS.messages),
});

export const pullBody = strictObject({
  maxMessages: v.optional(integer, 0),
  returnImmediately: v.optional(v.boolean(), false),
});

/** More than Pub/Sub's limit of 512 KiB for a request can hold. https://cloud.google.com/pubsub/quotas#resource_limits */
const MAX_ACK_IDS = 20_000;
const ackIds = v.pipe(arrayOf(v.string(), MAX_ACK_IDS), v.minLength(1, 'no ack ids specified'));

export const acknowledgeBody = strictObject({ ackIds });
export const modifyAckDeadlineBody = strictObject({ ackIds, ackDeadlineSeconds: integer });

export const modifyPushConfigBody = strictObject({ pushConfig: v.optional(v.unknown(), {}) });

/** The bus has no snapshots, so a seek needs a time. */
export const seekBody = strictObject({
  time: v.pipe(
    v.string(),
    v.isoTimestamp('must be a timestamp such as "2026-01-01T00:00:00Z"'),
    v.transform((text) => Date.parse(text)),
  ),
});

export const updateTopicBody = strictObject({
  topic: v.looseObject({}),
  updateMask: v.optional(v.string(), ''),
});
export const updateSubscriptionBody = strictObject({
  subscription: v.looseObject({}),
  updateMask: v.optional(v.string(), ''),
});
/** The place of the mask for callers that use the HTTP form of the method literally. */
export const updateQuery = v.object({ updateMask: v.optional(v.string(), '') });

/**
 * Checks the body against the schema.
 *
 * @throws InvalidInput that names the field that breaks a rule
 */
export function parseBody<S extends v.GenericSchema>(schema: S, body: unknown): v.InferOutput<S> {
  return validated(schema, body === undefined ? {} : body, 'body', ruleOf);
}
