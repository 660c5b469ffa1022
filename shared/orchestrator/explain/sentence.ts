/** Turns an explanation into sentences for people. */
import { toRfc3339 } from '../../messages/timestamp.ts';
import type { AwaitedThing, Blocker, CauseStep, Explanation, Wakes } from './explanation.ts';

/** google.rpc.Code */
const UNKNOWN = 2;

export function sentenceOf(explanation: Explanation): string {
  const { name, state, blockedBy, causes, completeTime = 0, more, sweepIsLate, lastSweepTime } = explanation;
  if (causes.length > 0) return becauseOf(causes);
  if (state === 'SUCCEEDED') return `${name} succeeded at ${toRfc3339(completeTime)}.`;
  const [first, ...others] = blockedBy.toSorted(mostUrgentFirst);
  const parts = [first ? `${leadIn(name, first)}${describeBlocker(first)}` : `${name} is ${state}.`];
  if (others.length > 0)
    parts.push(`${others.length} more ${others.length === 1 ? 'thing blocks' : 'things block'} it.`);
  if (more > 0) parts.push(`${more} more ${more === 1 ? 'operation was' : 'operations were'} not looked at.`);
  if (sweepIsLate) {
    const since =
      lastSweepTime === undefined ? 'has never run' : `has not run since ${toRfc3339(lastSweepTime)}`;
    parts.push(`The function sweep ${since}: what is overdue waits for it.`);
  }
  return parts.join(' ');
}

/** Sorts overdue and refused blockers first, because a person has to act on them, and then the longest lasting first. */
function mostUrgentFirst(one: Blocker, other: Blocker): number {
  return urgency(other) - urgency(one) || one.since - other.since;
}

function urgency({ wakes, launchRefused, waitsFor }: Blocker): number {
  if (wakes.overdue || waitsFor.kind === 'LOST_LEASE') return 3;
  if (launchRefused || waitsFor.kind === 'CREATION') return 2;
  return waitsFor.kind === 'BACKOFF' || waitsFor.kind === 'SIGNAL' ? 1 : 0;
}

function leadIn(name: string, { name: leaf, waiter }: Blocker): string {
  if (leaf === name) return '';
  return waiter === undefined || waiter === name
    ? `${name} waits: `
    : `${name} waits, at the end of the line: `;
}

/** Describes one blocker in words. */
export function describeBlocker(blocker: Blocker): string {
  const { name, since, launchRefused, waitsFor, wakes } = blocker;
  const refused = launchRefused ? ` No workflow was launched: ${launchRefused.reason}.` : '';
  return `${name} ${thing(waitsFor)} since ${toRfc3339(since)}; ${next(wakes)}.${refused}${cancelOf(waitsFor)}`;
}

/** The request to cancel an operation that no worker has, so that nobody can answer it yet. */
function cancelOf(awaited: AwaitedThing): string {
  if (awaited.kind !== 'SIGNAL' && awaited.kind !== 'LOST_LEASE') return '';
  return awaited.cancelTime === undefined
    ? ''
    : ` Its cancel was requested at ${toRfc3339(awaited.cancelTime)}.`;
}

function thing(awaited: AwaitedThing): string {
  switch (awaited.kind) {
    case 'SIGNAL': {
      const { method, attempt, sends, failedDeliveries } = awaited;
      const signal = awaited.signal + (awaited.resumePoint ? ` at "${awaited.resumePoint}"` : '');
      if (failedDeliveries !== undefined) {
        return `waits for the ${signal} of attempt ${attempt}, whose publish has failed ${times(failedDeliveries)},`;
      }
      return `waits for a worker${method ? ` of ${method}` : ''} to take the ${signal} of attempt ${attempt}, sent ${times(sends)},`;
    }
    case 'WORKER': {
      const { attempt, worker, lastResort, cancelTime } = awaited;
      const who = worker === undefined ? 'its worker' : `worker ${worker}`;
      const what = lastResort === undefined ? '' : ` at its catch point, taken because of ${lastResort},`;
      const asked =
        cancelTime === undefined
          ? ''
          : ` was asked to stop at ${toRfc3339(cancelTime)}, and has been at work`;
      return `is with ${who}${attempt > 0 ? `, attempt ${attempt},` : ''}${what}${asked && ` which${asked}`}`;
    }
    case 'LOST_LEASE':
      return `lost the worker${awaited.worker === undefined ? '' : ` ${awaited.worker}`} of attempt ${awaited.attempt}, whose lease has run out`;
    case 'BACKOFF':
      return `waits for its next try after try ${awaited.tries} of ${awaited.maxTries} failed${reasonOf(awaited.error)},`;
    case 'SLEEP':
      return 'sleeps';
    case 'CREATION':
      return awaited.spawned
        ? 'is still to be created by its parent,'
        : 'does not exist, and has been awaited';
    case 'EXTERNAL_OPERATION': {
      const { endpoint, failedPoll } = awaited;
      const answer = failedPoll?.status === 0 ? 'no answer' : `the HTTP status ${failedPoll?.status}`;
      const poll = failedPoll ? `, whose polls have got ${answer} since ${toRfc3339(failedPoll.time)},` : '';
      return `of ${endpoint}${poll} is not done, and has been awaited`;
    }
    case 'NOTIFICATION': {
      const { notification, unwanted = [] } = awaited;
      const others = unwanted.map((name) => JSON.stringify(name)).join(', ');
      const kept = others && `, and not for ${others}, which has come,`;
      return `waits for the notification ${JSON.stringify(notification)}${kept}`;
    }
    case 'END_OF_WAIT':
      return 'has all that it waits for, but its wait has not ended,';
  }
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}

function next({ by, time, overdue }: Wakes): string {
  if (time === undefined)
    return by === 'workflow' ? 'its workflow looks at it next' : 'nothing but an event ends this';
  const at = toRfc3339(time);
  if (overdue) return `sweep should have come at ${at}`;
  switch (by) {
    case 'lease':
      return `the lease of the worker runs until ${at}`;
    case 'retry':
      return `the next try begins at ${at}`;
    case 'deadline':
      return `the deadline is ${at}`;
    default:
      return `${by === 'workflow' ? 'its workflow' : 'sweep'} looks at it at ${at}`;
  }
}

function becauseOf(causes: readonly CauseStep[]): string {
  const [head, ...rest] = causes;
  if (!head) return '';
  const root = rest.at(-1);
  const begin = ended(head);
  return root ? `${begin} The first cause: ${ended(root)}` : begin;
}

function reasonOf(error: CauseStep['error']): string {
  return error ? `: ${error.message || 'no message'} (code ${error.code})${whereItStands(error)}` : '';
}

/** What a worker of this package reports of a step that threw: without `exposeErrors`, its error has no reason. */
const UNEXPOSED = /^step "[^"]*" failed$/;

function whereItStands({ code, message }: NonNullable<CauseStep['error']>): string {
  return code === UNKNOWN && UNEXPOSED.test(message)
    ? '; the log of the worker says why, and with exposeErrors the error does too'
    : '';
}

function ended({ name, state, endedBy, time, attempt, worker, error }: CauseStep): string {
  const at = time === undefined ? '' : ` at ${toRfc3339(time)}`;
  const by = worker === undefined ? '' : ` of worker ${worker}`;
  const how = attempt ? ` in attempt ${attempt}${by}` : by;
  return `${name} is ${state}${at}${how}, by ${endedBy}${reasonOf(error)}.`;
}
