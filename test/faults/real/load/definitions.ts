/** The operations of the load: one for each thing that a fault could lose or double. */
import * as v from 'valibot';
import { defineOperation } from '../../../../shared/client/index.ts';

const empty = v.object({});
/** Short, so that a dead worker is noticed while the load runs. */
const dispatch = {
  lease: '6s',
  firstBackoff: '100ms',
  maxBackoff: '1s',
  maxTries: 100,
  startTimeout: '10s',
} as const;

export const page = defineOperation('load.v1.Page', {
  ...{ input: v.object({ number: v.number() }), response: v.object({ number: v.number() }), dispatch },
});
/** Spawns pages, and is resumed with their results. */
export const report = defineOperation('load.v1.Report', {
  ...{ input: v.object({ pages: v.number() }), response: v.object({ sum: v.number() }), dispatch },
});
/** Has a timer. */
export const nap = defineOperation('load.v1.Nap', { input: empty, dispatch });
/** Waits for an answer until a deadline, and says whether it came. */
export const question = defineOperation('load.v1.Question', {
  ...{ input: empty, response: v.object({ answered: v.boolean() }), dispatch },
  notifications: { answer: empty },
});
/** Fails at its first try. */
export const retried = defineOperation('load.v1.Retried', {
  ...{ input: empty, response: v.object({ try: v.number() }), dispatch },
});
/** Works for longer than a lease. */
export const long = defineOperation('load.v1.Long', { input: empty, dispatch });
/** Spawns a timer that does not end by itself, and ends it when it is cancelled. */
export const cancelled = defineOperation('load.v1.Cancelled', { input: empty, dispatch });
export const endless = defineOperation('load.v1.Endless', { input: empty, dispatch });
/** Has no worker of the package: the load itself publishes its events. */
export const BARE_METHOD = 'load.v1.Bare';
