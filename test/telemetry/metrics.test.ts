/** Each metric moves when what it measures happens: on a store in memory, with a clock that the test holds. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startEmbeddedSystem } from '../../local/embedded/embedded-system.ts';
import { DEFAULT_DISPATCH } from '../../shared/lifecycle/dispatch.ts';
import type { OperationName } from '../../shared/lifecycle/operation-name.ts';
import { applyCall } from '../../shared/orchestrator/apply-call.ts';
import { heartbeatOperation } from '../../shared/orchestrator/heartbeat-operation.ts';
import { Failure } from '../../shared/orchestrator/ports/failure.ts';
import { sweep } from '../../shared/orchestrator/sweep.ts';
import { COUNTERS, GAUGES, HISTOGRAMS } from '../../shared/telemetry/instruments.ts';
import { Harness, START, unavailable, waiting } from '../orchestrator/harness.ts';
import { until } from '../setup/until.ts';
import { type Recorder, recorder } from './recorder.ts';

const JOB: OperationName = 'operations/job';
const CHILD: OperationName = 'operations/child';
const SECOND = 1_000;

describe('metrics', () => {
  let recorded: Recorder;
  let harness: Harness;
  beforeEach(async () => {
    recorded = recorder('orchestrator');
    harness = await Harness.open({ maxSweepGapMs: 15 * SECOND }, recorded.telemetry);
  });
  afterEach(async () => {
    await harness.store.close();
    await recorded.close();
  });

  const dispatched = () =>
    harness.apply(JOB, {
      type: 'created',
      creation: { method: 'm', labels: {}, dispatch: { ...DEFAULT_DISPATCH, leaseMs: 10 * SECOND } },
    });
  const pass = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += 5 * SECOND) {
      harness.now += 5 * SECOND;
      await sweep(harness.orchestrator);
    }
  };

  it('count events by type and outcome', async () => {
    await harness.create(JOB);
    await harness.apply(JOB, { type: 'progressed' }, 'once');
    await harness.apply(JOB, { type: 'progressed' }, 'once');
    await harness.succeed(JOB);
    await harness.succeed(JOB);
    const rejected = harness.event(JOB, { type: 'heartbeat' });
    await expect(applyCall(harness.orchestrator, { ...rejected, attempt: 7 })).rejects.toThrow();
    const events = (type: string, outcome: string) => recorded.metric('lro.events', { type, outcome });
    expect(await events('created', 'APPLIED')).toBe(1);
    expect(await events('progressed', 'APPLIED')).toBe(1);
    expect(await events('progressed', 'DUPLICATE')).toBe(1);
    expect(await events('succeeded', 'APPLIED')).toBe(1);
    expect(await recorded.metric('lro.events', { outcome: 'IGNORED', reason: 'TERMINAL' })).toBe(1);
    expect(await events('heartbeat', 'REJECTED')).toBe(1);
  });

  it('measure the lag of events', async () => {
    const event = harness.event(JOB, { type: 'progressed' });
    harness.now += 3 * SECOND;
    await applyCall(harness.orchestrator, event);
    expect(await recorded.metric('lro.event.lag', { type: 'progressed' })).toBe(1);
  });

  it('count attempts, retries and lost leases', async () => {
    await dispatched();
    await sweep(harness.orchestrator);
    expect(await recorded.metric('lro.attempts', { method: 'm', again: false })).toBe(1);
    await heartbeatOperation(harness.orchestrator, { operation: JOB, attempt: 1, worker: 'w' });
    await pass(40 * SECOND);
    expect(await recorded.metric('lro.leases.lost', { method: 'm' })).toBe(1);
    expect(await recorded.metric('lro.attempts', { method: 'm', again: true })).toBe(1);
  });

  it('count resumes by cause, and measure their latency', async () => {
    await harness.create(CHILD);
    await harness.wait(JOB, [CHILD]);
    await harness.succeed(CHILD);
    const resumed = (name: string, cause: string, by: string) => recorded.metric(name, { cause, by });
    expect(await resumed('lro.resumes', 'CHILDREN', 'push')).toBe(1);
    expect(await resumed('lro.resume.latency', 'CHILDREN', 'push')).toBe(1);
    await harness.apply(JOB, waiting(harness.now, [], { sleepUntil: harness.now + 30 * SECOND }));
    await pass(60 * SECOND);
    expect(await resumed('lro.resumes', 'SLEEP', 'sweep')).toBe(1);
    expect(await resumed('lro.resume.latency', 'SLEEP', 'sweep')).toBe(1);
  });

  it('count launches, those beyond the quota apart', async () => {
    await harness.wait(JOB, [CHILD]);
    harness.fault = (what) => {
      if (what === 'launch') throw new Failure('exhausted', 'the quota is used up');
    };
    await harness.wait('operations/other', [CHILD]);
    expect(await recorded.metric('lro.executions', { outcome: 'launched' })).toBe(1);
    expect(await recorded.metric('lro.executions', { outcome: 'refused' })).toBe(1);
    await sweep(harness.orchestrator);
    expect(await recorded.metric('lro.waits.open')).toBe(2);
    expect(await recorded.metric('lro.executions.held')).toBe(1);
  });

  it('show effects that are not delivered, and their age', async () => {
    await harness.create(JOB);
    harness.fault = unavailable;
    await expect(harness.succeed(JOB)).rejects.toThrow();
    expect(await recorded.metric('lro.effects.failed', { kind: 'publishCompletion' })).toBe(1);
    harness.now += 600 * SECOND;
    const report = await sweep(harness.orchestrator);
    expect(await recorded.metric('lro.outbox.backlog')).toBe(1);
    // It is tried again a minute after it failed.
    expect(await recorded.metric('lro.outbox.age')).toBe(540);
    expect(report.oldestOutboxAgeSeconds).toBe(540);
    harness.fault = () => {};
    harness.now += 600 * SECOND;
    await sweep(harness.orchestrator);
    await sweep(harness.orchestrator);
    expect(await recorded.metric('lro.outbox.backlog')).toBe(0);
    expect(await recorded.metric('lro.outbox.age')).toBe(0);
  });

  it('show what is due, and its age', async () => {
    await harness.apply(
      JOB,
      waiting(START, [], { sleepUntil: START + 10 * SECOND, deadline: START + 10 * SECOND }),
    );
    harness.now = START + 70 * SECOND;
    await sweep(harness.orchestrator);
    expect(await recorded.metric('lro.due.backlog')).toBe(1);
    // A wait of the workflow is due five seconds after its sleep.
    expect(await recorded.metric('lro.due.age')).toBe(55);
    await sweep(harness.orchestrator);
    expect(await recorded.metric('lro.due.backlog')).toBe(0);
  });

  it('count dead letters', async () => {
    const system = await startEmbeddedSystem({
      push: true,
      telemetry: recorded.telemetry,
      logLevel: 'silent',
    });
    try {
      await system.publish(Buffer.from('hello'));
      await until('the dead letter', async () => (await recorded.metric('lro.dead_letters')) === 1);
    } finally {
      await system.stop();
    }
  });

  it('have no instrument that nothing moves', async () => {
    const names = [...Object.keys(COUNTERS), ...Object.keys(HISTOGRAMS), ...Object.keys(GAUGES)];
    const tested = await import('node:fs/promises').then(({ readFile }) =>
      readFile(new URL(import.meta.url), 'utf8'),
    );
    expect(names.filter((name) => !tested.includes(`'${name}'`))).toEqual([]);
  });
});
