import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Engine } from '../../bench/peers/engine.ts';
import { startEngine } from '../../bench/peers/engines/ours.ts';
import type { PeerFigures } from '../../bench/peers/peer-process.ts';
import { Recorder } from '../../bench/peers/recorder.ts';
import { type Measured, reportOf } from '../../bench/peers/report.ts';
import { WorkloadRunner } from '../../bench/peers/workload.ts';

describe('this project as a peer of the benchmark', () => {
  const recorder = new Recorder();
  let engine: Engine;
  let runner: WorkloadRunner;

  beforeAll(async () => {
    engine = await startEngine(recorder);
    runner = new WorkloadRunner(engine, recorder);
  });

  afterAll(() => engine.close());

  test('sums the results of all children, over several pages', async () => {
    expect(await runner.run({ name: 'small', parents: 3, children: 4 })).toBeGreaterThan(0);
    expect(await runner.run({ name: 'wide', parents: 1, children: 1_001 })).toBeGreaterThan(0);
  });

  test('completes operations without children', async () => {
    expect(await runner.run({ name: 'none', parents: 5, children: 0 })).toBeGreaterThan(0);
  });

  test('measures one resume a parent', async () => {
    const resumes = await runner.idleResumes({ name: 'idle', parents: 3, children: 2 });
    expect(resumes).toHaveLength(3);
    for (const milliseconds of resumes) expect(milliseconds).toBeGreaterThan(0);
  });

  test('is refused if a sum is wrong', async () => {
    const wrong = new WorkloadRunner(
      {
        versions: {},
        createParent: async (id) => recorder.summed(id, 1),
        createSingle: async () => {},
        completed: async () => performance.now(),
        close: async () => {},
      },
      recorder,
    );
    await expect(wrong.run({ name: 'wrong', parents: 1, children: 3 })).rejects.toThrow(
      'with the sum 1 instead of 3',
    );
  });
});

test('the report has the medians of the rounds, the ratio to BullMQ, and the most memory', () => {
  const figures = (rates: number[], memoryMb: number, resumes: number[] = []): PeerFigures => ({
    ...{ versions: {}, rates, resumes, memoryMb, foreignShare: 0 },
  });
  const both = (ours: PeerFigures[], bullmq: PeerFigures[]) =>
    new Map([
      ['ours', ours],
      ['bullmq', bullmq],
    ]);
  const measured: Measured = new Map([
    [
      '50x20',
      both(
        [
          figures([10, 0, 30, 40, 50], 100),
          figures([20, 0, 30, 30, 30], 90),
          figures([30, 0, 50, 50, 50], 95),
        ],
        [figures([40, 0, 10], 80)],
      ),
    ],
    ['1x1000', both([figures([1, 1, 1], 120)], [figures([2, 2, 2], 80)])],
    ['500x2', both([figures([1, 1, 1], 90)], [figures([3, 3, 3], 85)])],
    ['none', both([figures([1, 1, 1], 90)], [figures([4, 4, 4], 80)])],
    ['idle', both([figures([], 70, [1, 2, 3])], [figures([], 70, [4, 4, 4])])],
  ]);
  expect(reportOf(measured)).toEqual({
    '50x20': {
      first: { ours: 20, bullmq: 40, ratio: 0.5 },
      warm: { ours: 40, bullmq: 10, ratio: 4 },
    },
    '1x1000': { first: { ours: 1, bullmq: 2, ratio: 0.5 }, warm: { ours: 1, bullmq: 2, ratio: 0.5 } },
    '500x2': { first: { ours: 1, bullmq: 3, ratio: 0.33 }, warm: { ours: 1, bullmq: 3, ratio: 0.33 } },
    none: { first: { ours: 1, bullmq: 4, ratio: 0.25 }, warm: { ours: 1, bullmq: 4, ratio: 0.25 } },
    resumeMs: { ours: { p50: 2, p95: 3 }, bullmq: { p50: 4, p95: 4 } },
    memoryMb: { ours: 120, bullmq: 85 },
  });
});
