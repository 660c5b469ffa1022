import { deferredOperationJson } from '../../messages/operation.ts';
import { InvalidInput } from '../../orchestrator/ports/failure.ts';
import { booleanParameter, int32Parameter } from '../http-query.ts';
import { answerList } from '../list-request.ts';
import { viewParameter } from '../watch/summary.ts';
import { answerSummaries } from '../watch/summary-list.ts';
import type { AnsweringMethod } from './method.ts';

export const list: AnsweringMethod = {
  http: 'GET',
  path: '/v1/operations',
  parameters: ['name', 'filter', 'pageSize', 'pageToken', 'returnPartialSuccess', 'view', 'skip'],
  async answer(call) {
    const { orchestrator, settings, query, visible } = call;
    // This parameter has no effect, because a list always has all of its parts. Its value only has to be valid.
    booleanParameter(query, 'returnPartialSuccess');
    const view = viewParameter(query, ['BASIC', 'SUMMARY', 'FULL']);
    if (view !== 'BASIC') return answerSummaries(call, view);
    if (query.get('skip'))
      throw new InvalidInput('skip', 'must be given only with view=SUMMARY or view=FULL');
    const { operations, nextPageToken } = await answerList(orchestrator, settings.pageTokens, visible, {
      name: query.get('name'),
      filter: query.get('filter'),
      pageSize: int32Parameter(query, 'pageSize'),
      pageToken: query.get('pageToken'),
    });
    return {
      operations: operations.length > 0 ? operations.map(deferredOperationJson) : undefined,
      nextPageToken: nextPageToken || undefined,
    };
  },
};
