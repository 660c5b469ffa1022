/** Operations with state and method, which the client of the package leaves out to stay small for browsers. */
import { ApiError, isUnavailable } from '../../shared/client/api-error.ts';
import { HttpApi } from '../../shared/client/http-api.ts';
import { identityToken } from '../../shared/client/identity-token.ts';
import {
  type OperationResource,
  operationResource,
  type WireOperation,
  wholeName,
} from '../../shared/client/operation-resource.ts';
import { type Call, eachPage } from '../../shared/client/pages.ts';
import type { OperationChange } from '../../shared/client/watch.ts';
import type { Invocation } from '../command.ts';

/** The fields beside those of the resource are absent where a deployment does not tell them. */
export interface ListedOperation
  extends OperationResource,
    Partial<Pick<OperationChange, 'state' | 'method' | 'attempt' | 'cancelRequested'>> {
  readonly createTime?: string;
}

interface Page {
  readonly operations?: readonly (WireOperation &
    Omit<ListedOperation, keyof OperationResource | 'attempt'> & { readonly attempt?: number | string })[];
}

interface ListQuery {
  readonly filter: string | undefined;
  readonly pageSize: number;
}

/** A deployment of an earlier release does not know the view, and lists without state and method. */
export async function* listed(call: Invocation, query: ListQuery): AsyncIterable<ListedOperation> {
  try {
    yield* fullList(call, query);
  } catch (error) {
    if (!(error instanceof ApiError) || error.metadata.field !== 'view') throw error;
    yield* call.operations().list(query);
  }
}

/** One operation as a list has it. The resource alone, of a deployment that does not list it, or not to this caller. */
export async function listedOne(call: Invocation, name: string): Promise<ListedOperation> {
  try {
    const query = { filter: `name = ${JSON.stringify(wholeName(name))}`, pageSize: 1 };
    for await (const operation of listed(call, query)) return operation;
  } catch (error) {
    if (!(error instanceof ApiError) || isUnavailable(error)) throw error;
  }
  return call.operations().get(name);
}

async function* fullList(
  { url, onRetry }: Invocation,
  { filter, pageSize }: ListQuery,
): AsyncIterable<ListedOperation> {
  const api = new HttpApi({ url, authorization: identityToken(url), onRetry });
  const call: Call = (method, path, body) => api.call(method, path, body, { idempotent: true });
  for await (const page of eachPage<Page>(call, '/v1/operations', { view: 'FULL', filter, pageSize })) {
    for (const one of page.operations ?? []) {
      const { state, method, attempt, cancelRequested, createTime } = one;
      const number = attempt === undefined ? undefined : Number(attempt);
      yield { ...operationResource(one), state, method, createTime, attempt: number, cancelRequested };
    }
  }
}
