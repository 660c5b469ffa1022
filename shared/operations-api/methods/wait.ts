import { deferredOperationJson, operationView } from '../../messages/operation.ts';
import { waitOperation } from '../../orchestrator/wait-operation.ts';
import { checkedName } from '../request-name.ts';
import { waitTimeout } from '../wait-timeout.ts';
import { type AnsweringMethod, ON_OPERATION, requestOf, requireSameName } from './method.ts';

export const wait: AnsweringMethod = {
  http: 'POST',
  path: `${ON_OPERATION}:wait`,
  action: 'read',
  async answer({ orchestrator, settings, name, body, caller, gone }) {
    const request = requestOf('WaitOperationRequest', body);
    requireSameName(request, name);
    const operation = checkedName(name);
    const found = await settings.heldCalls.hold(
      settings.gate,
      caller,
      waitTimeout(request.timeout, settings.maxWaitMs),
      (timeoutMs) => waitOperation(orchestrator, { operation, timeoutMs, signal: gone() }),
    );
    return deferredOperationJson(operationView(found));
  },
};
