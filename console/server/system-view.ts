/** The state of the system that the console shows, besides the operations. */
export interface SystemView {
  status(): Promise<SystemStatus>;
  /** Returns unacknowledged dead letters, at most `limit`. */
  deadLetters(limit: number): Promise<readonly DeadLetter[]>;
  /**
   * Publishes the event in place of the dead letter, and acknowledges the dead letter. Rejects with a Failure `notFound` if the
   * dead letter no longer exists.
   *
   * @param data undefined: the event as it is, also where it is not shown. Rejects with a Failure `precondition` if its end is lost.
   */
  publishAgain(id: string, data: Uint8Array | undefined): Promise<void>;
  /** Acknowledges the dead letter. Rejects like publishAgain. */
  discard(id: string): Promise<void>;
}

export interface Backlog {
  readonly name: string;
  /** For people. */
  readonly what: string;
  readonly count: number;
  /** Whether there are more than `count`. */
  readonly more: boolean;
  /** Milliseconds since the epoch. */
  readonly oldestTime?: number;
  /** Whether it may have no reader, so that an old message is no sign of a fault. */
  readonly isOptional: boolean;
}

export interface SweepRun {
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly durationMs: number;
  readonly delivered: number;
  readonly resumed: number;
  readonly failed: number;
  /** Why the run failed. */
  readonly error?: string;
}

export interface SystemStatus {
  readonly parts: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch. */
  readonly startTime: number;
  readonly backlogs: readonly Backlog[];
  readonly lastSweep?: SweepRun;
  readonly sweepIntervalMs: number;
  readonly executions: { readonly active: number; readonly quota: number };
  readonly usage: Usage;
  readonly memoryBytes: number;
}

/** The usage of the last day, or since the start if that was later. */
export interface Usage {
  readonly events: number;
  /** The number of published completions, signals and dead letters. */
  readonly published: number;
  /** The steps of the workflow executions that are kept. */
  readonly steps: number;
  readonly hours: number;
}

export interface DeadLetter {
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly publishTime: number;
  readonly reason: string;
  readonly field?: string;
  /** The data of the event: JSON text, or base64 if it is not JSON. */
  readonly data: string;
  readonly encoding: 'TEXT' | 'BASE64';
  readonly truncated: boolean;
}
