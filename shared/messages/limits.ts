/**
 * The limits of everything that leaves this deployment, in bytes unless the name says otherwise. Intake checks them, so
 * that every payload that was accepted can be delivered.
 */
import { InvalidInput } from '../orchestrator/ports/failure.ts';

const KIB = 1024;
const MIB = 1024 * KIB;

/** One message of Pub/Sub. https://cloud.google.com/pubsub/quotas#resource_limits */
export const MESSAGE_LIMITS = {
  attributes: 100,
  attributeKey: 256,
  attributeValue: 1024,
  orderingKey: 1024,
  message: 10_000_000,
} as const;

/** The arguments of one execution. https://cloud.google.com/workflows/quotas#resource_limit */
export const WORKFLOW_LIMITS = {
  arguments: 32 * KIB,
  /** The part of it for the children of other services. The rest is for ids, the method and URLs. */
  externalOperations: 24 * KIB,
} as const;

/** The default limit of a gRPC client for one answer. https://grpc.io/docs/guides/performance/ */
export const GRPC_MESSAGE_LIMIT = 4 * MIB;

/** The names of the children of one wait: 10,000 of 64 bytes. */
export const CHILD_NAMES_LIMIT = 640 * KIB;

/** The results of children in one RESUME. */
export const SIGNAL_CHILDREN_LIMIT = 512 * KIB;

/** One notification. At most 32 of them travel in one signal. */
export const NOTIFICATION_LIMIT = 64 * KIB;

/**
 * `input` and `checkpoint` together, which travel in one signal. Also `input` and `metadata` of a spawned child
 * together, which are stored in one cell.
 */
export const WORK_LIMIT = 4 * MIB;

/** Input and metadata of all children that one event creates. One commit holds them, in base64. */
export const SPAWN_LIMIT = 32 * MIB;

/** The limit of each of metadata, response, error, checkpoint and input. */
export interface PayloadLimits {
  /**
   * Of the larger of the binary and the JSON form. A completion holds two payloads, and Pub/Sub limits the completion.
   */
  readonly payloadBytes: number;
}

export const MAX_PAYLOAD_BYTES = 4 * MIB;
export const DEFAULT_PAYLOAD_LIMITS: PayloadLimits = { payloadBytes: MIB };

/** The limit of error details. Each detail is decoded separately, so tens of thousands block the event loop. AIP-193 defines a handful. */
export const MAX_DETAILS = 1_000;

/** The children of one wait, of all kinds. One commit holds the rows of all of them: Spanner allows 80,000 mutations, and a child costs fewer than eight. */
export const MAX_CHILDREN = 10_000;

export function requireAtMost(field: string, size: number, limit: number, unit: string): void {
  if (size > limit) throw new InvalidInput(field, `must be at most ${limit} ${unit}, and is ${size}`);
}
