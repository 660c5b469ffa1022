import { inspectOperation } from '../inspect.ts';
import { childPage } from '../inspect-children.ts';
import { checkedName } from '../request-name.ts';
import { type AnsweringMethod, ON_OPERATION } from './method.ts';

export const inspect: AnsweringMethod = {
  http: 'GET',
  path: `${ON_OPERATION}:inspect`,
  parameters: ['waitId', 'pageSize', 'pageToken'],
  answer: ({ orchestrator, name, query }) =>
    inspectOperation(orchestrator, {
      name: checkedName(name),
      waitId: query.get('waitId'),
      children: childPage(query),
    }),
};
