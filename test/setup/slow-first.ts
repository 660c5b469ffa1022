import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The slowest files, mostly because they wait. If one of them began last, the other workers would be idle meanwhile. */
const SLOW = [
  'test/deploy/packed-upload.test.ts',
  'test/end-to-end/waits.test.ts',
  'test/worker/serve.test.ts',
  'test/deploy/apply.test.ts',
  'test/end-to-end/external-children.test.ts',
  'test/end-to-end/outage.test.ts',
  'test/deploy/google-answers.test.ts',
  'test/package/package.test.ts',
  'test/bus/grpc/contract.test.ts',
  'test/faults/port-limits.test.ts',
  'test/store/spanner-limits.test.ts',
  'test/end-to-end/lifecycle.test.ts',
  'test/bus/emulator.test.ts',
  'test/store/one-moment.test.ts',
  'test/testing/explore.test.ts',
];

/** Runs slow files first, also in a new clone, where no earlier run has measured them. */
export class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const rank = ({ moduleId }: TestSpecification) => {
      const index = SLOW.findIndex((file) => moduleId.endsWith(file));
      return index < 0 ? SLOW.length : index;
    };
    return sorted.toSorted((one, other) => rank(one) - rank(other));
  }
}
