/** The answer of `:inspect`, as far as programs need it. */
import type { JsonObject } from './json.ts';

/** How many children of a wait have which outcome. An outcome that no child has is absent. */
export interface ChildCounts {
  /** Children that have not ended, or had not when the wait ended: {@link Operations.children} has their present state. */
  readonly PENDING?: number;
  /** Children that succeeded. */
  readonly SUCCEEDED?: number;
  /** Children that failed. */
  readonly FAILED?: number;
  /** Children that were cancelled. */
  readonly CANCELLED?: number;
  /** Children that do not exist, or were deleted. */
  readonly NOT_FOUND?: number;
}

/** One wait of an operation. */
export interface InspectedWait {
  /** The id of the wait, for {@link Operations.children}. */
  readonly waitId: string;
  /** Whether the operation still waits. */
  readonly open: boolean;
  /** RFC 3339. */
  readonly startTime: string;
  /** RFC 3339. */
  readonly deadline: string;
  /** RFC 3339; absent while the wait is open. */
  readonly endTime?: string;
  /** CHILDREN, NOTIFICATION, SLEEP, DEADLINE or CANCEL; absent while the wait is open. */
  readonly cause?: string;
  /** Its children. */
  readonly children: {
    /** Their number by outcome. */
    readonly counts: ChildCounts;
  };
}

/** What is known about an operation beside metadata and response, for people who look for a fault. */
export interface Inspection {
  /** `operations/{id}` */
  readonly name: string;
  /** RUNNING, WAITING, SUCCEEDED, FAILED or CANCELLED. */
  readonly state: string;
  /** The full name of the API method. */
  readonly method: string;
  /** The number of the current attempt; 0 if there is none. */
  readonly attempt: number;
  /** The input with its `@type`. Absent if it has more than 64 KiB. Without what the setting REDACT names. */
  readonly input?: JsonObject;
  /** The size of the input in bytes. Absent if the operation was created without input. */
  readonly inputBytes?: number;
  /** The newest 50 waits, the newest one last. */
  readonly waits: readonly InspectedWait[];
  /** Everything else: docs/operations-api.md. */
  readonly [field: string]: unknown;
}
