import { isOperationName, OPERATION_NAME_RULE, type OperationName } from '../lifecycle/operation-name.ts';
import { InvalidInput } from '../orchestrator/ports/failure.ts';

/** The operation name of a request. Throws InvalidInput if it is not one. */
export function checkedName(name: unknown): OperationName {
  if (typeof name !== 'string' || !isOperationName(name)) throw new InvalidInput('name', OPERATION_NAME_RULE);
  return name;
}
