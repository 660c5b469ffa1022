/**
 * A pull that takes attempts: what `:heartbeat` does for each signal is done with the pull, so that a worker can begin at once.
 * Pub/Sub has no such field; a worker that does not set it gets plain messages.
 *
 * The worker acknowledges what it gets, as ever: where the answer is lost, the message comes again, and whoever has taken the
 * attempt may take it again.
 */
import type { Bus } from '../bus.ts';
import type { PulledMessage } from '../pulled-message.ts';
import { receivedMessage } from '../pulled-message.ts';
import type { TakeRequest } from './request-body.ts';

/** One attempt that a worker wants to take. */
export interface WantedAttempt {
  readonly operation: string;
  readonly attempt: number;
  readonly worker: string;
  /** The step that takes the last resort, if the worker has one. */
  readonly catchPoint: string;
}

/**
 * `past`: another worker has the attempt, or it has ended. `untaken`: nothing is known of it, or the operation has no lease, so
 * that the worker has to find out by itself.
 */
export type Taking = { readonly cancelRequested: boolean } | 'past' | 'untaken';

/** The port by which the bus takes attempts for a worker that pulls. */
export interface AttemptTaker {
  take(wanted: WantedAttempt): Promise<Taking>;
  /** Gives an attempt back that did not reach its worker. */
  release(wanted: WantedAttempt): Promise<void>;
}

/** The messages as the answer has them: with the field `taken`, and without those whose attempt is past, which are acknowledged. */
export async function takenMessages(
  bus: Bus,
  subscription: string,
  pulled: readonly PulledMessage[],
  { request, taker, signal }: { request: TakeRequest; taker: AttemptTaker; signal: AbortSignal },
): Promise<object[]> {
  const wanted = new Map<PulledMessage, WantedAttempt>();
  for (const message of pulled) {
    const attempt = wanted.size < request.max ? wantedAttempt(message, request) : undefined;
    if (attempt) wanted.set(message, attempt);
  }
  const takings = new Map<PulledMessage, Taking>();
  await Promise.all([...wanted].map(async ([message, one]) => takings.set(message, await taker.take(one))));
  const past = pulled.filter((message) => takings.get(message) === 'past').map(({ ackId }) => ackId);
  if (past.length > 0) bus.settle(subscription, past);
  const isTaken = (message: PulledMessage) => typeof takings.get(message) === 'object';
  if (signal.aborted) {
    const lost = [...wanted].filter(([message]) => isTaken(message));
    await Promise.all(lost.map(([, one]) => taker.release(one)));
    return [];
  }
  return pulled
    .filter((message) => takings.get(message) !== 'past')
    .map((message) => ({
      ...receivedMessage(message),
      ...(isTaken(message) && { taken: takings.get(message) }),
    }));
}

function wantedAttempt(
  { message: { attributes } }: PulledMessage,
  { worker, catchPoints }: TakeRequest,
): WantedAttempt | undefined {
  const { signal, operation = '', method = '', attempt } = attributes;
  const catchPoint = Object.hasOwn(catchPoints, method) ? catchPoints[method] : undefined;
  if (catchPoint === undefined || (signal !== 'START' && signal !== 'RESUME')) return undefined;
  return { operation, attempt: Number(attempt), worker, catchPoint };
}
