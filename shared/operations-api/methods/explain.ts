import { explainOperation } from '../../orchestrator/explain-operation.ts';
import { explanationToJson } from '../explain.ts';
import { checkedName } from '../request-name.ts';
import { type AnsweringMethod, ON_OPERATION } from './method.ts';

/** Explains why an operation is not done, or why it ended as it did. */
export const explain: AnsweringMethod = {
  http: 'GET',
  path: `${ON_OPERATION}:explain`,
  answer: async ({ orchestrator, name }) =>
    explanationToJson(await explainOperation(orchestrator, checkedName(name))),
};
