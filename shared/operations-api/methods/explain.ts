import type { OperationName } from '../../lifecycle/operation-name.ts';
import { explainOperation } from '../../orchestrator/explain-operation.ts';
import { explanationToJson } from '../explain.ts';
import { checkedName } from '../request-name.ts';
import { type AnsweringMethod, ON_OPERATION } from './method.ts';

/** Explains why an operation is not done, or why it ended as it did. */
export const explain: AnsweringMethod = {
  http: 'GET',
  path: `${ON_OPERATION}:explain`,
  async answer({ orchestrator, settings, caller, name }) {
    const mayRead = (other: OperationName) => settings.gate.mayRead(orchestrator, caller, other);
    return explanationToJson(await explainOperation(orchestrator, checkedName(name), mayRead));
  },
};
