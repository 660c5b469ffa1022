import type { ServerResponse } from 'node:http';

/** Returns the signal that is aborted when the caller has closed the connection before its answer. */
export type CallerGone = () => AbortSignal;

/** Makes the signal when it is first asked for, because most calls are answered without it, and it takes long to make. */
export function callerGone(response: ServerResponse): CallerGone {
  let gone: AbortController | undefined;
  return () => {
    if (gone) return gone.signal;
    const made = new AbortController();
    gone = made;
    // An abort creates an error with a stack, so it is used only if the caller has disconnected before its answer.
    const closed = () => response.writableFinished || made.abort();
    if (response.destroyed) closed();
    else response.once('close', closed);
    return made.signal;
  };
}
