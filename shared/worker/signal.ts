/** Reads the signals of the orchestrator: proto3 JSON of `lro.v1.Signal`. */
import type { JsonObject } from '../client/json.ts';
import type { WireStatus } from '../client/operation-error.ts';
import type { Outcome } from './child-result.ts';

export interface WireChild {
  readonly name: string;
  readonly outcome: Outcome;
  readonly key?: string;
  readonly response?: JsonObject;
  readonly error?: WireStatus;
}

export interface Signal {
  readonly kind: 'START' | 'RESUME' | 'CANCEL';
  readonly operation: string;
  readonly method: string;
  /** Absent in signals of releases before attempts. */
  readonly attempt: number | undefined;
  readonly try: number;
  readonly input: unknown;
  readonly waitId: string;
  readonly cause: 'CHILDREN' | 'SLEEP' | 'DEADLINE' | 'CANCEL' | 'NOTIFICATION' | 'TRIES' | undefined;
  readonly resumePoint: string;
  /** The saved checkpoint as text, or `''` if there is none. */
  readonly checkpoint: string;
  readonly children: {
    readonly counts: Readonly<Partial<Record<Outcome, number>>>;
    readonly first: readonly WireChild[];
    readonly truncated: boolean;
  };
  readonly notifications: readonly { readonly name: string; readonly payload?: unknown }[];
  /** The error because of which the worker has to take the last resort. */
  readonly error: WireStatus | undefined;
  readonly labels: Readonly<Record<string, string>>;
  readonly parent: string;
  /** Absent if the operation has no `dispatch` and therefore no lease. */
  readonly leaseMs: number | undefined;
  readonly traceparent: string;
}

/** The text of a checkpoint, which travels in base64. */
export function checkpointText(checkpoint: string | undefined): string {
  return checkpoint ? Buffer.from(checkpoint, 'base64').toString('utf8') : '';
}

/** What most signals have: no children, and no notifications. */
const NO_CHILDREN: Signal['children'] = { counts: {}, first: [], truncated: false };
const NO_NOTIFICATIONS: Signal['notifications'] = [];

/** @throws Error if the data is not JSON, or names no operation */
export function readSignal(data: Uint8Array): Signal {
  const wire = JSON.parse(Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('utf8'));
  const { children, attempt, leaseDuration } = wire;
  if (typeof wire.operation !== 'string') throw new TypeError('operation: must be text');
  return {
    kind: wire.kind,
    operation: wire.operation,
    method: wire.method ?? '',
    attempt: attempt === undefined ? undefined : Number(attempt),
    try: wire.try ?? 1,
    input: wire.input,
    waitId: wire.waitId ?? '',
    cause: wire.cause,
    resumePoint: wire.resumePoint ?? '',
    checkpoint: checkpointText(wire.checkpoint),
    children: children
      ? {
          counts: children.counts ?? {},
          first: children.first ?? [],
          truncated: children.truncated ?? false,
        }
      : NO_CHILDREN,
    notifications: wire.notifications ?? NO_NOTIFICATIONS,
    error: wire.error,
    labels: wire.labels ?? {},
    parent: wire.parent ?? '',
    leaseMs: leaseDuration === undefined ? undefined : Number.parseFloat(leaseDuration) * 1_000,
    traceparent: wire.traceparent ?? '',
  };
}
