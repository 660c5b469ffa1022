/** Keeps the leases of running attempts: a port, so that an implementation can run where the user's code cannot block it. */
export interface LeaseTask {
  readonly operation: string;
  readonly attempt: number;
  readonly leaseMs: number;
  /** The attempt has ended, or another worker has it. */
  onLost(): void;
  onCancel(): void;
}

export interface Leases {
  /** Renews the lease until the returned function is called. */
  keep(task: LeaseTask): () => void;
  stop(): void;
}
