import { int32Parameter } from '../http-query.ts';
import { listChildren } from '../list-children.ts';
import { pageLimit } from '../page-limit.ts';
import { checkedName } from '../request-name.ts';
import { type AnsweringMethod, ON_OPERATION } from './method.ts';

const DEFAULT_PAGE_SIZE = 100;

/** Lists the children of a wait with their results as of the end of the wait, in the order of the signal. */
export const children: AnsweringMethod = {
  http: 'GET',
  path: `${ON_OPERATION}/children`,
  parameters: ['waitId', 'pageSize', 'pageToken', 'outcome'],
  answer: ({ orchestrator, name, query }) =>
    listChildren(orchestrator, {
      name: checkedName(name),
      waitId: query.get('waitId'),
      pageSize: pageLimit(int32Parameter(query, 'pageSize') ?? 0, DEFAULT_PAGE_SIZE),
      pageToken: query.get('pageToken'),
      outcome: query.get('outcome'),
    }),
};
