/** A lease is renewed after this share of it, so that one renewal may fail, or stay without an answer, before it expires. */
export const SHARE_OF_LEASE = 1 / 3;

/** An attempt whose lease is renewed. */
export interface LeaseTask {
  readonly operation: string;
  readonly attempt: number;
  readonly leaseMs: number;
  readonly holder: LeaseHolder;
}

export interface LeaseHolder {
  /** LEASE_LOST: the attempt has ended, or another worker holds it. CANCEL: a cancel was requested. */
  abort(reason: 'LEASE_LOST' | 'CANCEL'): void;
}

/** The port that renews leases of running attempts. An implementation can run where the user's code cannot block it. */
export interface Leases {
  /** Renews the lease until the returned function is called. Call it before the first step, which may block the thread. */
  keep(task: LeaseTask): () => void;
  stop(): void;
}
