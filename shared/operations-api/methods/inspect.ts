import { int32Parameter, type Query } from '../http-query.ts';
import { inspectOperation, type WaitPage } from '../inspect.ts';
import { pageLimit } from '../page-limit.ts';
import { checkedName } from '../request-name.ts';
import { type AnsweringMethod, ON_OPERATION } from './method.ts';

export const inspect: AnsweringMethod = {
  http: 'GET',
  path: `${ON_OPERATION}:inspect`,
  parameters: ['waitId', 'pageSize', 'pageToken'],
  answer: ({ orchestrator, name, query }) =>
    inspectOperation(orchestrator, { name: checkedName(name), waits: waitPage(query) }),
};

const DEFAULT_CHILDREN = 100;

/** With a wait, `pageToken` continues the list of its children. Without a wait, it continues the list of waits. */
function waitPage(query: Query): WaitPage {
  const size = pageLimit(int32Parameter(query, 'pageSize') ?? 0, DEFAULT_CHILDREN);
  const waitId = query.get('waitId');
  const token = query.get('pageToken');
  return waitId ? { waitId, children: { size, token } } : { token, children: { size } };
}
