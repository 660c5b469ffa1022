import * as v from 'valibot';
import { InvalidInput } from '../orchestrator/ports/failure.ts';

type Rule = (issue: v.BaseIssue<unknown>) => string;

/**
 * The value in the form of the schema; an InvalidInput that names the field where it has not got it, and `whole` where
 * it is no field. `rule` says what is wrong where the schema does not.
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
