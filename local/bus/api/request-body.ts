import { z } from 'zod';
import { isBase64 } from '../../../shared/messages/json-rules.ts';
import { InvalidInput } from '../../../shared/orchestrator/failure.ts';

/** Integers come as numbers or, as proto3 JSON allows, as text. */
const integer = z.coerce.number().int();

const publishedMessage = z.strictObject({
  data: z.string().refine(isBase64, 'must be base64').default(''),
  attributes: z.record(z.string(), z.string()).default({}),
  orderingKey: z.string().default(''),
  // Set by the service; a caller that sends back what it pulled is not refused for them.
  messageId: z.string().optional(),
  publishTime: z.string().optional(),
});

export const publishBody = z.strictObject({ messages: z.array(publishedMessage) });

export const pullBody = z.strictObject({
  maxMessages: integer.default(0),
  returnImmediately: z.boolean().default(false),
});

const ackIds = z.array(z.string()).min(1, 'no ack ids specified');

export const acknowledgeBody = z.strictObject({ ackIds });
export const modifyAckDeadlineBody = z.strictObject({ ackIds, ackDeadlineSeconds: integer });

/** The body in its form; throws InvalidInput that names the field. */
export function parseBody<S extends z.ZodType>(schema: S, body: unknown): z.output<S> {
  const parsed = schema.safeParse(body ?? {});
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new InvalidInput(issue?.path.join('.') || 'body', issue?.message ?? 'is not valid');
}
