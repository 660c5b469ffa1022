import * as v from 'valibot';
import { isBase64 } from '../../../shared/messages/text.ts';
import { validated } from '../../../shared/messages/validated.ts';
import { integer, strictObject, stringMap } from './body-fields.ts';

const publishedMessage = strictObject({
  data: v.optional(v.pipe(v.string(), v.check(isBase64, 'must be base64')), ''),
  attributes: v.optional(stringMap, {}),
  orderingKey: v.optional(v.string(), ''),
  // Set by the service; a caller that sends back what it pulled is not refused for them.
  messageId: v.optional(v.string()),
  publishTime: v.optional(v.string()),
});

export const publishBody = strictObject({ messages: v.array(publishedMessage) });

export const pullBody = strictObject({
  maxMessages: v.optional(integer, 0),
  returnImmediately: v.optional(v.boolean(), false),
});

const ackIds = v.pipe(v.array(v.string()), v.minLength(1, 'no ack ids specified'));

export const acknowledgeBody = strictObject({ ackIds });
export const modifyAckDeadlineBody = strictObject({ ackIds, ackDeadlineSeconds: integer });

/** The body in its form; throws InvalidInput that names the field. */
export function parseBody<S extends v.GenericSchema>(schema: S, body: unknown): v.InferOutput<S> {
  return validated(schema, body ?? {}, 'body', ruleOf);
}

const TYPE_RULES: Readonly<Record<string, string>> = {
  string: 'must be a string',
  boolean: 'must be true or false',
  Array: 'must be a JSON array',
};

/** For an issue of a schema that gives no message of its own. */
function ruleOf({ expected, received, message }: v.BaseIssue<unknown>): string {
  if (expected === 'never') return 'is unknown';
  if (received === 'undefined') return 'is required';
  return TYPE_RULES[expected ?? ''] ?? message;
}
