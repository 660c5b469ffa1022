import { isCode } from '../client/code.ts';
import { requireJsonObject } from '../client/json.ts';
import { OperationError } from '../client/operation-error.ts';
import { Failure, isFailure } from './failure.ts';
import { isDuration } from './retry-delay.ts';

/** In UTF-16 code units. A checkpoint keeps the message of a failure beside the state, and has a limit of its own. */
const LONGEST_MESSAGE = 65_536;
/** Half of a surrogate pair, which proto3 JSON cannot hold. With the flag `u`, a whole pair does not match. */
const HALF_PAIR = /\p{Surrogate}/gu;
const TYPE_URL = /.\/[\w.]+$/;
const RETRY_INFO = /\/google\.rpc\.RetryInfo$/;
const PROTO_DURATION = /^-?\d+(\.\d{1,9})?s$/;

/**
 * Returns the error if it can travel, or else a copy that can: the orchestrator would refuse the event and fail the operation because of a
 * detail, whatever the code of the error says. The message of the copy names each field that breaks a rule, and the rule.
 */
export function soundError(error: OperationError): OperationError {
  const faults: string[] = [];
  const code = isCode(error.code) ? error.code : 'UNKNOWN';
  if (code !== error.code) faults.push(`its code ${text(error.code)} is no code of google.rpc.Code`);
  const details = soundDetails(error.details, faults);
  const retryFault = faultOfRetry(error.retry);
  if (retryFault !== undefined) faults.push(retryFault);
  const message = soundMessage(error.message);
  if (faults.length === 0 && message === error.message) return error;
  const whole = faults.length > 0 ? `${message} (${faults.join('; ')})` : message;
  if (isFailure(error)) return new Failure(error.reason, { code, message: whole, details });
  return new OperationError(code, whole, { retry: error.retry, details, cause: error });
}

function faultOfRetry(retry: unknown): string | undefined {
  if (retry === undefined || retry === false || isDuration(retry)) return undefined;
  return `its retry is ${text(retry)}, and no pause is taken from it: must be false, or a duration such as "30s"`;
}

/** The text of any value. */
export function text(value: unknown): string {
  try {
    return String(value);
  } catch {
    return `a ${typeof value} without text`;
  }
}

function soundMessage(message: unknown): string {
  const whole = typeof message === 'string' ? message : text(message);
  const cut = whole.length > LONGEST_MESSAGE ? `${whole.slice(0, LONGEST_MESSAGE - 1)}…` : whole;
  return cut.replace(HALF_PAIR, '\ufffd');
}

/** Returns the details that can travel, and adds a fault for each other one. */
function soundDetails(details: unknown, faults: string[]): object[] {
  if (!Array.isArray(details)) {
    if (details !== undefined && details !== null) faults.push('details are left out: must be an array');
    return [];
  }
  // An array with holes has undefined there.
  return Array.from(details as unknown[]).filter((detail, index): detail is object => {
    const fault = faultOf(detail, `details[${index}]`);
    if (fault !== undefined && faults.length < MAX_FAULTS) faults.push(fault);
    return fault === undefined;
  });
}

/** The number of faults that a message names. */
const MAX_FAULTS = 3;

function faultOf(detail: unknown, path: string): string | undefined {
  try {
    requireJsonObject(detail, path, 'INTERNAL');
  } catch (error) {
    return `left out: ${(error as Error).message}`;
  }
  if (!('@type' in detail)) return undefined;
  const { '@type': type, retryDelay } = detail;
  if (typeof type !== 'string' || !TYPE_URL.test(type)) return `left out: ${path}.@type: must be a type URL`;
  if (!RETRY_INFO.test(type) || retryDelay === undefined) return undefined;
  return PROTO_DURATION.test(text(retryDelay))
    ? undefined
    : `left out: ${path}.retryDelay: must be a duration in seconds, such as "1.5s"`;
}
