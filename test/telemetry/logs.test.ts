/** Lines of logs in the fields of Cloud Logging. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { operationLabels, traceFields } from '../../shared/telemetry/log-fields.ts';
import { traceContextOf, validTraceparent } from '../../shared/telemetry/trace-context.ts';
import { jsonLog } from '../../shared/worker/json-log.ts';
import { type Recorder, recorder } from './recorder.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';

describe('a line of a log', () => {
  let recorded: Recorder;
  beforeEach(() => {
    recorded = recorder('worker');
  });
  afterEach(() => recorded.close());

  it('within a span says its trace, as Cloud Logging has it', async () => {
    const { telemetry } = recorded;
    const lines: string[] = [];
    const log = jsonLog({ telemetry, project: 'p' }, (line) => lines.push(line));
    await telemetry.span('work', { trace: `00-${TRACE}-${SPAN}-01` }, async () => {
      log.info('it began', { operation: 'operations/a' });
    });
    log.info('it ended');
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      severity: 'INFO',
      message: 'it began',
      operation: 'operations/a',
      'logging.googleapis.com/labels': { operation: 'operations/a' },
      'logging.googleapis.com/trace': `projects/p/traces/${TRACE}`,
      'logging.googleapis.com/spanId': recorded.spans()[0]?.spanContext().spanId,
      'logging.googleapis.com/trace_sampled': true,
    });
    expect(JSON.parse(lines[1] ?? '')).toEqual({ severity: 'INFO', message: 'it ended' });
  });

  it('has no label if it names no operation', () => {
    expect(operationLabels({})).toEqual({});
    expect(traceFields(undefined, 'p')).toEqual({});
  });
});

describe('a traceparent', () => {
  it.each([
    ['', undefined],
    ['00', undefined],
    [`00-${'0'.repeat(32)}-${SPAN}-01`, undefined],
    [`00-${TRACE}-${'0'.repeat(16)}-01`, undefined],
    [`00-${TRACE.toUpperCase()}-${SPAN}-01`, undefined],
    [`00-${TRACE}-${SPAN}-01-more`, undefined],
    [`ff-${TRACE}-${SPAN}-01`, undefined],
    [`00-${TRACE}-${SPAN}-00`, `00-${TRACE}-${SPAN}-00`],
    // A later version may say more, and is read as this one.
    [`01-${TRACE}-${SPAN}-03-more`, `00-${TRACE}-${SPAN}-01`],
  ])('%s is read as %s', (given, read) => {
    expect(validTraceparent(given)).toBe(read);
  });

  it('that is absent has no trace context', () => {
    expect(traceContextOf(undefined)).toBeUndefined();
  });
});
