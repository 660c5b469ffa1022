import { encodeJson } from '../values/json-encoder.ts';
import { isMap, typeName, type Value } from '../values/value.ts';
import type { Raised, StackFrame } from './raised.ts';

/** The error of a failed execution ("Access workflow execution results"). */
export interface ExecutionError {
  /** The raised value as JSON text. */
  readonly payload: string;
  /** The message, then a line for each step of the stack. */
  readonly context: string;
  /** The steps that raised the error or passed it on, the innermost first. */
  readonly stackTrace: readonly StackFrame[];
}

export function executionError({ value, trace }: Raised): ExecutionError {
  return { payload: payloadText(value), context: errorContext(value, trace), stackTrace: trace };
}

export function errorContext(value: Value, trace: readonly StackFrame[]): string {
  const lines = trace.map(
    ({ step, routine, line }) => `in step "${step}", routine "${routine}", line: ${line}`,
  );
  return [headline(value), ...lines].join('\n');
}

/** A value without a message stands as Google's service shows a raised text: `RuntimeError: "no luck"`. */
function headline(value: Value): string {
  const message = isMap(value) ? value.get('message') : undefined;
  return typeof message === 'string' ? message : `RuntimeError: ${payloadText(value)}`;
}

/**
 * Converts the value to JSON. Values without a JSON form, such as bytes, are replaced by a description, so that the error is not
 * lost.
 */
export function payloadText(value: Value): string {
  try {
    return encodeJson(value);
  } catch {
    return JSON.stringify(`a raised value of type ${typeName(value)}, which is not JSON`);
  }
}
