/**
 * Runs `task` at the end of the current turn of the event loop. So calls that are made in one turn are sent as one request, and a single
 * call is not delayed.
 */
export function endOfTurn(task: () => void): void {
  // A browser has no setImmediate.
  if (typeof setImmediate === 'function') setImmediate(task);
  else setTimeout(task, 0);
}
