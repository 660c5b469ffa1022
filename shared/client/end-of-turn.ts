/**
 * Runs `task` once the event loop has done what is to be done now. So calls that are made together can be sent together,
 * and a call that is made alone is not held for company.
 */
export function endOfTurn(task: () => void): void {
  // A browser has no setImmediate.
  if (typeof setImmediate === 'function') setImmediate(task);
  else setTimeout(task, 0);
}
