import { operationToJson } from '../../messages/operation.ts';
import { booleanParameter, int32Parameter } from '../http-query.ts';
import { answerList } from '../list-request.ts';
import type { AnsweringMethod } from './method.ts';

export const list: AnsweringMethod = {
  http: 'GET',
  path: '/v1/operations',
  parameters: ['name', 'filter', 'pageSize', 'pageToken', 'returnPartialSuccess'],
  async answer({ orchestrator, settings, query, visible }) {
    // No part of the list can be missing, so this only has to be well formed.
    booleanParameter(query, 'returnPartialSuccess');
    const { operations, nextPageToken } = await answerList(orchestrator, settings.pageTokens, visible, {
      name: query.get('name'),
      filter: query.get('filter'),
      pageSize: int32Parameter(query, 'pageSize'),
      pageToken: query.get('pageToken'),
    });
    return {
      ...(operations.length > 0 && { operations: operations.map(operationToJson) }),
      ...(nextPageToken && { nextPageToken }),
    };
  },
};
