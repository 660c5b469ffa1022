import type { ExecutionError } from '../errors/report.ts';

/**
 * Describes where an error was raised, in lines that editors turn into links: `file:line: step: message`, then a line for each
 * calling step.
 */
export function errorPlaces(file: string, { payload, stackTrace }: ExecutionError): string {
  const headline = messageOf(payload);
  const [first, ...callers] = stackTrace;
  if (first === undefined) return `${file}: ${headline}`;
  const inRoutine = (routine: string) => (routine === 'main' ? '' : ` (in ${routine})`);
  return [
    `${file}:${first.line}: ${first.step}: ${headline}${inRoutine(first.routine)}`,
    ...callers.map(
      ({ line, step, routine }) => `  called from ${file}:${line}: ${step}${inRoutine(routine)}`,
    ),
  ].join('\n');
}

/** The message of a raised map, or the raised value itself. */
function messageOf(payload: string): string {
  const value: unknown = JSON.parse(payload);
  const message =
    typeof value === 'object' && value !== null && 'message' in value ? value.message : undefined;
  return typeof message === 'string' ? message : payload;
}
