import type { Created } from '../../proto/generated/lro/v1/lifecycle_event_pb.js';
import type { AllFields } from '../lifecycle/all-fields.ts';
import type { Creation } from '../lifecycle/operation-facts.ts';
import { isOperationName, OPERATION_NAME_RULE, type OperationName } from '../lifecycle/operation-name.ts';
import type { AnyValue } from '../lifecycle/result.ts';
import { clampTime } from '../lifecycle/time-range.ts';
import { InvalidInput } from '../orchestrator/ports/failure.ts';
import { dispatchOf } from './dispatch.ts';
import { DAY_MS, type DurationRange, durationMs } from './duration.ts';
import { isLabelKey } from './label-key.ts';
import { requireAtMost } from './limits.ts';
import type { PayloadRules } from './payload.ts';
import { requirePlainText } from './text.ts';

/** An attribute value of Pub/Sub holds 1,024 bytes, and the method is one. */
const MAX_METHOD_LENGTH = 512;
const MAX_LABELS = 64;
const MAX_LABEL_LENGTH = 256;
const TTL: DurationRange = { minMs: 0, maxMs: 3_650 * DAY_MS };
const TIMEOUT: DurationRange = { minMs: 1, maxMs: 3_650 * DAY_MS };

/** The fields that `created`, a spawned child, and a request to create an operation share. */
export type CreationFields = Pick<
  Created,
  'method' | 'metadata' | 'labels' | 'ttl' | 'input' | 'dispatch' | 'timeout'
> &
  Partial<Pick<Created, 'parent'>>;

/** The rules and limits with which a creation is read. */
export interface CreationContext {
  readonly operation: OperationName;
  /** Milliseconds since the epoch. The deadline counts from it. */
  readonly publishTime: number;
  readonly payloads: PayloadRules;
}

/**
 * Reads the fields that create an operation. `path` names the field that holds them.
 *
 * @throws InvalidInput
 */
export function creationOf(
  fields: CreationFields,
  { operation, publishTime, payloads }: CreationContext,
  path = 'created.',
): { creation: Creation; metadata?: AnyValue } {
  const { method, parent, labels, ttl, metadata, input, dispatch, timeout } = fields;
  requirePlainText(`${path}method`, method, MAX_METHOD_LENGTH);
  checkLabels(labels, `${path}labels`);
  const timeoutMs = timeout && durationMs(`${path}timeout`, timeout, TIMEOUT);
  return {
    creation: {
      method,
      parent: parent ? parentOf(parent, operation, `${path}parent`) : undefined,
      labels,
      ttl: ttl && durationMs(`${path}ttl`, ttl, TTL),
      input: input && payloads.any(`${path}input`, input),
      dispatch: dispatch && dispatchOf(dispatch, `${path}dispatch`),
      timeoutMs,
      deadline: timeoutMs === undefined ? undefined : clampTime(publishTime + timeoutMs),
      rerunOf: undefined,
      keepsSucceeded: undefined,
    } satisfies AllFields<Creation>,
    metadata: metadata && payloads.any(`${path}metadata`, metadata),
  };
}

function parentOf(parent: string, operation: OperationName, field: string): OperationName {
  if (!isOperationName(parent)) throw new InvalidInput(field, OPERATION_NAME_RULE);
  if (parent === operation) throw new InvalidInput(field, 'must not be the operation itself');
  return parent;
}

function checkLabels(labels: Record<string, string>, field: string): void {
  const keys = Object.keys(labels);
  requireAtMost(field, keys.length, MAX_LABELS, 'labels');
  for (const key of keys) {
    if (!isLabelKey(key)) {
      throw new InvalidInput(field, 'must have keys of 1 to 63 of A-Z a-z 0-9 _ - starting with a letter');
    }
    requirePlainText(`${field}.${key}`, labels[key] as string, MAX_LABEL_LENGTH);
  }
}
