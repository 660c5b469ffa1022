import { deleteOperation } from '../../orchestrator/delete-operation.ts';
import { checkedName } from '../request-name.ts';
import { type AnsweringMethod, ON_OPERATION } from './method.ts';

export const remove: AnsweringMethod = {
  http: 'DELETE',
  path: ON_OPERATION,
  action: 'administer',
  async answer({ orchestrator, name }) {
    await deleteOperation(orchestrator, checkedName(name));
    return {};
  },
};
