import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Access, AccessedOperation, Action, Caller, Grant } from '../shared/access/access.ts';
import { parseFilter } from '../shared/operations-api/filter/filter.ts';
import { ALWAYS } from '../shared/orchestrator/condition.ts';

/**
 * What a module of `ACCESS_MODULE` exports as `authorize`. It says whether the call may be made; of a call about many
 * operations, for which `operation` is undefined, it may also give a filter (AIP-160): the call is then about those only. An
 * empty filter grants nothing.
 */
export type AuthorizeFunction = (
  caller: Caller,
  action: Action,
  operation: AccessedOperation | undefined,
) => boolean | string | Promise<boolean | string>;

/** @throws Error that names the module if it exports no such function */
export async function accessOfModule(path: string): Promise<Access> {
  const { authorize } = (await import(pathToFileURL(resolve(path)).href)) as { authorize?: unknown };
  if (typeof authorize !== 'function') throw new Error(`${path} must export a function named authorize.`);
  return {
    async authorize(caller, action, operation): Promise<Grant> {
      const granted = await (authorize as AuthorizeFunction)(caller, action, operation);
      // Any other value, such as the undefined of a forgotten `return`, grants nothing.
      return typeof granted === 'string' ? restricting(granted) : granted === true;
    },
  };
}

/** An empty filter would match every operation. A module that joins one from the caller's parts may join none. */
function restricting(filter: string): Grant {
  const condition = parseFilter(filter);
  return condition !== ALWAYS && condition;
}
