import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';

/** The spans of one trace as lines, each below its parent, in the order of their starts. Times are milliseconds from the first. */
export function traceTree(spans: readonly ReadableSpan[], traceId: string): string {
  const own = spans.filter((span) => span.spanContext().traceId === traceId);
  const ids = new Set(own.map((span) => span.spanContext().spanId));
  const first = Math.min(...own.map(startMs));
  const linesBelow = (parent: string | undefined, depth: number): string[] =>
    own
      .filter(({ parentSpanContext }) => {
        const id = parentSpanContext?.spanId;
        return parent === undefined ? id === undefined || !ids.has(id) : id === parent;
      })
      .sort((one, other) => startMs(one) - startMs(other))
      .flatMap((span) => [
        `${'  '.repeat(depth)}${span.name} ${describe(span)} (${Math.round(startMs(span) - first)} ms)`,
        ...linesBelow(span.spanContext().spanId, depth + 1),
      ]);
  return linesBelow(undefined, 0).join('\n');
}

function describe({ attributes, links, resource }: ReadableSpan): string {
  const operation = String(attributes['lro.operation'] ?? '').replace('operations/', '');
  const linked = links.length > 0 ? ` links: ${links.length}` : '';
  return `[${resource.attributes['service.name']}] ${operation}${linked}`.trim();
}

function startMs({ startTime: [seconds, nanos] }: ReadableSpan): number {
  return seconds * 1_000 + nanos / 1e6;
}
