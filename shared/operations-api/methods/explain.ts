import { explainOperation } from '../../orchestrator/explain-operation.ts';
import { explanationToJson } from '../explain.ts';
import { checkedName } from '../request-name.ts';
import { type AnsweringMethod, ON_OPERATION } from './method.ts';

/** Why an operation is not done, or why it ended so: for people first. */
export const explain: AnsweringMethod = {
  http: 'GET',
  path: `${ON_OPERATION}:explain`,
  answer: async ({ orchestrator, name }) =>
    explanationToJson(await explainOperation(orchestrator, checkedName(name))),
};
