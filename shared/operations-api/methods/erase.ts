import { isJsonObject } from '../../messages/json-value.ts';
import { eraseOperation } from '../../orchestrator/erase-operation.ts';
import { InvalidInput } from '../../orchestrator/ports/failure.ts';
import { checkedName } from '../request-name.ts';
import { type AnsweringMethod, ON_OPERATION, requireSameName } from './method.ts';

/** Removes an operation and everything that is kept of it. A repeated call has the same result, so there is no request id. */
export const erase: AnsweringMethod = {
  http: 'POST',
  path: `${ON_OPERATION}:erase`,
  action: 'administer',
  async answer({ orchestrator, name, body = {} }) {
    const operation = checkedName(name);
    if (!isJsonObject(body)) throw new InvalidInput('body', 'must be a JSON object');
    const unknown = Object.keys(body).find((field) => field !== 'name');
    if (unknown !== undefined) throw new InvalidInput(unknown, 'is not a field of this method');
    requireSameName(body, operation);
    const { reruns } = await eraseOperation(orchestrator, operation);
    return { reruns: reruns.length > 0 ? [...reruns] : undefined };
  },
};
