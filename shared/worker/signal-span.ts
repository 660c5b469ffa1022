import type { Telemetry } from '../telemetry/telemetry.ts';
import type { Signal } from './signal.ts';

/** Runs the work of a signal in a span of the operation's trace, if there is telemetry. */
export function inSignalSpan(
  telemetry: Telemetry | undefined,
  { operation, method, kind, attempt, resumePoint, waitId, traceparent }: Signal,
  work: () => Promise<void>,
): Promise<void> {
  if (!telemetry?.isOn) return work();
  const attributes: Record<string, string | number | undefined> = {
    'lro.operation': operation,
    'lro.attempt': attempt,
    'lro.signal': kind,
  };
  if (resumePoint) attributes['lro.resume_point'] = resumePoint;
  if (waitId) attributes['lro.wait.id'] = waitId;
  return telemetry.span(`${kind} ${method}`, { kind: 'consumer', trace: traceparent, attributes }, work);
}
