import type { JsonObject } from '../../messages/json-value.ts';
import { toRfc3339 } from '../../messages/timestamp.ts';
import type { AnsweringMethod } from '../methods/method.ts';
import { overviewOf } from './summary-list.ts';

/** `:statistics`: how many operations match, by state and by method, and what happened in each minute of the last hour. */
export const statistics: AnsweringMethod = {
  http: 'GET',
  path: '/v1/operations:statistics',
  parameters: ['filter'],
  async answer({ orchestrator, settings, query, visible }): Promise<JsonObject> {
    const overview = overviewOf(orchestrator);
    const { states, methods, minutes } = await settings.statistics.get(
      overview,
      { visible, filter: query.get('filter') ?? '' },
      orchestrator.now(),
    );
    return {
      total: Object.values(states).reduce((sum, count) => sum + count, 0),
      states: { ...states },
      methods: methods.map(({ method, count }) => ({ method, count })),
      minutes: minutes.map(({ time, ...counts }) => ({ time: toRfc3339(time), ...counts })),
    };
  },
};
