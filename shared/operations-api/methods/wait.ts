import { operationToJson, operationView } from '../../messages/operation.ts';
import { waitOperation } from '../../orchestrator/wait-operation.ts';
import { checkedName } from '../request-name.ts';
import { waitTimeout } from '../wait-timeout.ts';
import { type AnsweringMethod, ON_OPERATION, requestOf, requireSameName } from './method.ts';

export const wait: AnsweringMethod = {
  http: 'POST',
  path: `${ON_OPERATION}:wait`,
  async answer({ orchestrator, settings, name, body, signal }) {
    const request = requestOf('WaitOperationRequest', body);
    requireSameName(request, name);
    const timeout = waitTimeout(request.timeout, settings.maxWait);
    const operation = checkedName(name);
    return operationToJson(operationView(await waitOperation(orchestrator, { operation, timeout, signal })));
  },
};
