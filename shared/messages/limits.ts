/**
 * The limits of everything that leaves this deployment, in bytes unless the name says otherwise. Intake asks them: what
 * was accepted can be delivered.
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
  /** Of these, what the children of other services take; the rest is for ids, the method and URLs. */
  externalOperations: 24 * KIB,
} as const;

/** What a gRPC client takes in one answer unless it is told otherwise. https://grpc.io/docs/guides/performance/ */
export const GRPC_MESSAGE_LIMIT = 4 * MIB;

/** Names of children in one wait: 10,000 of 64 bytes. */
export const CHILD_NAMES_LIMIT = 640 * KIB;

/** What a RESUME says of the results of children. */
export const SIGNAL_CHILDREN_LIMIT = 512 * KIB;

/** One notification. At most 32 of them leave in one signal. */
export const NOTIFICATION_LIMIT = 64 * KIB;

/**
 * `input` and `checkpoint` together, which leave in one signal; and `input` and `metadata` of a spawned child, which are in
 * one cell.
 */
export const WORK_LIMIT = 4 * MIB;

/** Input and metadata of all children that one event creates: one commit holds them, in base64. */
export const SPAWN_LIMIT = 32 * MIB;

/** How large each of metadata, response, error, checkpoint and input may be. */
export interface PayloadLimits {
  /** Of the larger of the binary and the JSON form. A completion holds two of them, and its limit is Pub/Sub's. */
  readonly payloadBytes: number;
}

export const MAX_PAYLOAD_BYTES = 4 * MIB;
export const DEFAULT_PAYLOAD_LIMITS: PayloadLimits = { payloadBytes: MIB };

export function requireAtMost(field: string, size: number, limit: number, unit: string): void {
  if (size > limit) throw new InvalidInput(field, `must be at most ${limit} ${unit}, and is ${size}`);
}
