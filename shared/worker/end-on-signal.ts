/**
 * Stops a worker at SIGTERM and SIGINT, and then ends the process. Returns a function that leaves the signals alone again.
 *
 * @param stop returns undefined if nothing runs yet
 * @param isShared whether the process belongs to a server with listeners of its own, one of which ends it
 */
export function endOnSignal(stop: () => Promise<void> | undefined, isShared = false): () => void {
  const end = (signal: NodeJS.Signals) => {
    const endedByOthers = isShared && process.listenerCount(signal) > 0;
    const exit = () => {
      if (!endedByOthers) process.exit(signal === 'SIGINT' ? 130 : 0);
    };
    void (stop() ?? Promise.resolve()).finally(exit);
  };
  const signals = ['SIGTERM', 'SIGINT'] as const;
  for (const signal of signals) process.once(signal, end);
  return () => {
    for (const signal of signals) process.off(signal, end);
  };
}
