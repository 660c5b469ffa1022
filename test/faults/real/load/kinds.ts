/** The kinds of work of the load: how often each begins, and how it ends. */
import { cancelled, long, nap, question, report, retried } from './definitions.ts';

/** The number of children of a report. */
export const PAGES = 5;

/** The share of each kind of work, in percent. */
export const MIX = {
  report: 35,
  bare: 20,
  nap: 15,
  answered: 10,
  unanswered: 10,
  retried: 7,
  long: 3,
  cancelled: 0,
};
export type Kind = keyof typeof MIX;

export const DEFINITIONS = {
  report,
  nap,
  retried,
  long,
  cancelled,
  answered: question,
  unanswered: question,
};

/** Whether the response is the expected one. */
export const RESULTS: Readonly<Record<Kind, (response: any) => boolean>> = {
  report: ({ sum }) => sum === (PAGES * (PAGES - 1)) / 2,
  bare: () => true,
  nap: () => true,
  // The deadline and the answer may race. The work has to continue exactly once.
  answered: ({ answered }) => typeof answered === 'boolean',
  unanswered: ({ answered }) => answered === false,
  retried: (response) => response.try >= 2,
  long: () => true,
  cancelled: () => true,
};

/** google.rpc.Code. */
export const CANCELLED = 1;
