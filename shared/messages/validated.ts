import * as v from 'valibot';
import { InvalidInput } from '../orchestrator/ports/failure.ts';

type Rule = (issue: v.BaseIssue<unknown>) => string;

/**
 * Validates the value against the schema and returns the output. If it does not match, throws InvalidInput that names
 * the field, or `whole` if the value as a whole is wrong. `rule` is the text for issues without a message in the
 * schema.
 */
export function validated<S extends v.GenericSchema>(
  schema: S,
  value: unknown,
  whole: string,
  rule?: Rule,
): v.InferOutput<S> {
  // Only the first issue is reported. All the issues of an array of 100,000 values would hold the event loop for 200 ms.
  const parsed = v.safeParse(schema, value, { abortEarly: true, message: rule });
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  throw new InvalidInput(v.getDotPath(issue) ?? whole, issue.message);
}
