/** A worker process: what its step does depends on MODE. */
import { appendFileSync } from 'node:fs';
import type { Duration } from 'lro-orchestrator';
import { operation, serve } from 'lro-orchestrator/worker';
import { slow } from './served-operations.ts';

await serve(
  [
    operation(slow).steps({
      start: async (op) => {
        appendFileSync(process.env.STEP_LOG ?? '', `${op.attempt}\n`);
        switch (process.env.MODE) {
          case 'hang':
            await new Promise(() => setInterval(() => {}, 60_000));
            break;
          case 'block':
            // As a computation does, without taking the processor from the other tests.
            Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, op.input.ms);
            break;
          case 'finish':
            await new Promise((resolve) => setTimeout(resolve, op.input.ms));
            break;
          case 'wait':
            await new Promise((_, reject) => {
              op.signal.addEventListener('abort', () => reject(op.signal.reason));
            });
        }
        return { attempt: op.attempt };
      },
    }),
  ],
  {
    graceTime: (process.env.GRACE_TIME ?? '100ms') as Duration,
    maxBlocked: (process.env.MAX_BLOCKED ?? '10m') as Duration,
  },
);
// After the listener of `serve`: the worker has stopped pulling when the line is there.
process.once('SIGTERM', () => appendFileSync(`${process.env.STEP_LOG}.stopping`, 'stopping\n'));
