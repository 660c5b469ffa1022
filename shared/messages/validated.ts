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
  const parsed = v.safeParse(schema, value, rule && { message: rule });
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  throw new InvalidInput(v.getDotPath(issue) ?? whole, issue.message);
}
