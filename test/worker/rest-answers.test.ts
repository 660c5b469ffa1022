import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import type { HttpApi } from '../../shared/client/http-api.ts';
import { RestAnswers } from '../../shared/worker/rest-answers.ts';

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

const log = { debug() {}, info() {}, warn() {}, error() {} };
const turn = () => new Promise((resolve) => setImmediate(resolve));

it('a worker that runs for long keeps nothing of the requests that were answered', async () => {
  const results: WeakRef<object>[] = [];
  const api = {
    call: async () => {
      const result = {};
      results.push(new WeakRef(result));
      return result;
    },
  };
  const answers = new RestAnswers(api as unknown as HttpApi, '/v1/projects/p/subscriptions/s', log);
  for (const ackId of ['a', 'b', 'c']) {
    answers.hold(ackId);
    answers.putOff(ackId, 0);
    await turn();
  }
  await turn();
  collectGarbage();
  expect(results.map((result) => result.deref())).toEqual([undefined, undefined, undefined]);
  await answers.close();
});
