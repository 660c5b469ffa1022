import pMap from 'p-map';
import { ApiError } from '../../shared/client/api-error.ts';
import { HttpApi } from '../../shared/client/http-api.ts';
import { identityToken } from '../../shared/client/identity-token.ts';
import { operationPath } from '../../shared/client/operation-resource.ts';
import type { Command } from '../command.ts';

const CONCURRENCY = { concurrency: 16 };

export const steps: Command = {
  parameters: ['METHOD'],
  summary: 'counts the active operations of a method by step: a step that has none can be removed',
  flags: {},
  async run(call) {
    const [method = ''] = call.positionals;
    const api = new HttpApi({ url: call.url, authorization: identityToken(call.url) });
    const counts = new Map<string, number>();
    const open = call.operations().list({ filter: `method=${JSON.stringify(method)} AND done=false` });
    const count = async ({ name }: { name: string }) => {
      const path = `${operationPath(name)}:inspect`;
      const inspected = await api
        .call<{ resumePoint?: string }>('GET', path, undefined, { idempotent: true })
        .catch(absentIfDeleted);
      if (!inspected) return;
      const step = inspected.resumePoint || 'start';
      counts.set(step, (counts.get(step) ?? 0) + 1);
    };
    await pMap(open, count, CONCURRENCY);
    const sorted = Object.fromEntries([...counts].sort(([, a], [, b]) => b - a));
    // A misspelled method has no operations either.
    if (counts.size === 0) call.printError(`no active operation has the method ${JSON.stringify(method)}`);
    if (call.json) call.print(JSON.stringify(sorted));
    else
      for (const [step, number] of Object.entries(sorted))
        call.print(`${String(number).padStart(7)}  ${step}`);
    return 0;
  },
};

/** The operation was deleted after it was listed. */
function absentIfDeleted(error: unknown): undefined {
  if (error instanceof ApiError && error.code === 'NOT_FOUND') return undefined;
  throw error;
}
