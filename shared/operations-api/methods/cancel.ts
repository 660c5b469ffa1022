import { answerCancel } from '../cancel-request.ts';
import { checkedName } from '../request-name.ts';
import { type AnsweringMethod, ON_OPERATION, requestOf, requireSameName } from './method.ts';

export const cancel: AnsweringMethod = {
  http: 'POST',
  path: `${ON_OPERATION}:cancel`,
  async answer({ orchestrator, name, body }) {
    requireSameName(requestOf('CancelOperationRequest', body), name);
    await answerCancel(orchestrator, checkedName(name));
    return {};
  },
};
