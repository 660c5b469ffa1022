import { isOperationName, OPERATION_NAME_RULE, type OperationName } from '../lifecycle/operation-name.ts';
import { InvalidInput } from '../orchestrator/ports/failure.ts';

/** Reads the operation name of a request. @throws InvalidInput */
export function checkedName(name: unknown): OperationName {
  if (typeof name !== 'string' || !isOperationName(name)) throw new InvalidInput('name', OPERATION_NAME_RULE);
  return name;
}
