/** One fan-out with a real worker, as a trace: from the call that creates it, through the bus and the store, and back. */
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { createOperations } from 'lro-orchestrator';
import { serve } from 'lro-orchestrator/worker';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startEmbeddedSystem } from '../../local/embedded/embedded-system.ts';
import { traceContextOf } from '../../shared/telemetry/trace-context.ts';
import { fanOutWorkers, report } from '../worker/served-operations.ts';
import { type Recorder, recorder } from './recorder.ts';
import { traceTree } from './trace-tree.ts';

const SILENT = { debug() {}, info() {}, warn() {}, error() {} };
const CALLER = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

/** A fan-out of three, created by a call that is part of a trace. */
async function fanOut(orchestrator: Recorder | undefined, worker: Recorder | undefined) {
  const system = await startEmbeddedSystem({ push: true, telemetry: orchestrator?.telemetry });
  const options = { url: system.url, handleSignals: false, log: SILENT };
  const serving = await serve(fanOutWorkers, { ...options, ...(worker && { telemetry: worker.telemetry }) });
  try {
    const traced = (...[url, init]: Parameters<typeof fetch>) =>
      fetch(url, { ...init, headers: { ...(init?.headers as object), traceparent: CALLER } });
    const lro = createOperations({ url: system.url, fetch: traced });
    const handle = await lro.create(report, { pages: ['a', 'b', 'c'] });
    await handle.result({ timeout: '30s' });
    return handle.name;
  } finally {
    await serving.stop();
    await system.stop();
  }
}

describe('the trace of a fan-out', () => {
  let orchestrator: Recorder;
  let worker: Recorder;
  beforeEach(() => {
    orchestrator = recorder('orchestrator');
    worker = recorder('worker');
  });
  afterEach(async () => {
    await orchestrator.close();
    await worker.close();
  });
  const all = () => [...orchestrator.spans(), ...worker.spans()];
  const named = (name: string) => all().filter((span) => span.name === name);
  const idOf = (span: ReadableSpan | undefined) => span?.spanContext().spanId;

  it('is one trace, from the call that created it to the end', async () => {
    const name = await fanOut(orchestrator, worker);
    const own = all().filter(({ attributes }) => String(attributes['lro.operation'] ?? '').startsWith(name));
    const traces = new Set(own.map((span) => span.spanContext().traceId));
    expect(traces).toEqual(new Set([traceContextOf(CALLER)?.traceId]));
    const [created] = named('POST /v1/operations');
    expect(created?.parentSpanContext?.spanId).toBe(traceContextOf(CALLER)?.spanId);
    // What waits for nothing has a span for each step of the way.
    expect(named('apply created')).toHaveLength(1);
    expect(named('deliver signalStart')).toHaveLength(4);
    expect(named('START t.v1.RenderPage')).toHaveLength(3);
    expect(named('step start')).toHaveLength(4);
    expect(named('apply succeeded')).toHaveLength(4);
    expect(named('deliver publishCompletion')).toHaveLength(4);
    expect(named('step collect')).toHaveLength(1);
    if (process.env.SHOW_TRACE) console.log(traceTree(all(), traceContextOf(CALLER)?.traceId ?? ''));
  });

  it('links the resume with what began the wait, and has it caused by the last child', async () => {
    await fanOut(orchestrator, worker);
    const [waiting] = named('apply waiting');
    const [resumed] = named('apply resumed');
    expect(resumed?.links.map(({ context }) => context.spanId)).toEqual([idOf(waiting)]);
    const [settle] = named('deliver settleWait').filter(
      (span) => idOf(span) === resumed?.parentSpanContext?.spanId,
    );
    const cause = named('apply succeeded').find((span) => idOf(span) === settle?.parentSpanContext?.spanId);
    expect(cause?.attributes['lro.operation']).not.toBe(resumed?.attributes['lro.operation']);
  });

  it('goes on in the worker where the signal came from, and back', async () => {
    await fanOut(orchestrator, worker);
    for (const started of named('START t.v1.RenderPage')) {
      const sent = named('deliver signalStart').find(
        (span) => idOf(span) === started.parentSpanContext?.spanId,
      );
      expect(sent?.attributes['lro.operation']).toBe(started.attributes['lro.operation']);
    }
    const [resume] = named('RESUME t.v1.Report');
    expect(idOf(named('deliver signalResume')[0])).toBe(resume?.parentSpanContext?.spanId);
    const [step] = named('step collect');
    expect(step?.parentSpanContext?.spanId).toBe(idOf(resume));
  });

  it('is carried through an orchestrator without telemetry', async () => {
    await fanOut(undefined, worker);
    const traces = new Set(worker.spans().map((span) => span.spanContext().traceId));
    expect(traces).toEqual(new Set([traceContextOf(CALLER)?.traceId]));
    expect(worker.spans().length).toBeGreaterThan(8);
  });

  it('is carried through fanOutWorkers without telemetry', async () => {
    const name = await fanOut(orchestrator, undefined);
    const own = all().filter(({ attributes }) => attributes['lro.operation'] === name);
    expect(new Set(own.map((span) => span.spanContext().traceId)).size).toBe(1);
  });
});
