/**
 * The pause before a call that has failed is made again, in milliseconds: not before the time that the answer names (AIP-193), and `ownMs`
 * later, because all callers of a server that has been overloaded are told the same time.
 */
export function retryPauseMs(error: unknown, ownMs: number): number {
  return ownMs + ((error as { retryDelayMs?: number } | undefined)?.retryDelayMs ?? 0);
}
