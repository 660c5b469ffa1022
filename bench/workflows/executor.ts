import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pathToFileURL } from 'node:url';
import { Executor } from '../../executor/index.ts';

/**
 * Compares the executor with the same work in plain Node: 90,000 steps of arithmetic, and 1,000 HTTP calls of which 20 run at a
 * time. Each arm runs once to warm up, then `ROUNDS` times, alternating; the medians are compared.
 */
const ROUNDS = 5;
const CALLS = 1000;
const ITERATIONS = 29_990;

const STEPS = `
main:
  steps:
    - init:
        assign: [{total: 0}]
    - loop:
        for:
          value: v
          range: [1, ${ITERATIONS}]
          steps:
            - add:
                assign: [{total: "\${total + v % 7}"}]
            - check:
                switch:
                  - condition: \${total < 0}
                    raise: "never"
    - answer:
        return: \${total}
`;

const FAN_OUT = `
main:
  params: [url]
  steps:
    - init:
        assign: [{total: 0}]
    - all:
        parallel:
          shared: [total]
          for:
            value: v
            range: [1, ${CALLS}]
            steps:
              - fetch:
                  call: http.get
                  args: {url: "\${url}"}
                  result: response
              - add:
                  assign: [{total: "\${total + response.body.n}"}]
    - answer:
        return: \${total}
`;

export type Measurement = {
  readonly name: string;
  /** Milliseconds, median. */
  readonly workflow: number;
  readonly plain: number;
  /**
   * The largest growth of the heap in one run before a garbage collection, in megabytes. It includes the history of the workflow.
   */
  readonly workflowHeap: number;
  readonly plainHeap: number;
};

/** Measures both, and prints a line for each. */
export async function run(): Promise<readonly Measurement[]> {
  const executor = new Executor();
  executor.deploy('steps', STEPS);
  executor.deploy('fan-out', FAN_OUT);
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"n":1}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  try {
    const measurements = [
      await measure('90,000 steps', () => workflow(executor, 'steps'), plainSteps),
      await measure(
        '1,000 parallel HTTP iterations',
        () => workflow(executor, 'fan-out', url),
        () => plainCalls(url),
      ),
    ];
    for (const measurement of measurements) console.log(describe(measurement));
    return measurements;
  } finally {
    await executor.close();
    server.closeAllConnections();
    server.close();
  }
}

function describe({ name, workflow, plain, workflowHeap, plainHeap }: Measurement): string {
  const ratio = (workflow / plain).toFixed(1);
  const heap = `heap +${workflowHeap.toFixed(1)} MB, plain +${plainHeap.toFixed(1)} MB`;
  return `${name}: ${workflow.toFixed(1)} ms, ${ratio} times plain Node (${plain.toFixed(1)} ms); ${heap}`;
}

async function workflow(executor: Executor, id: string, argument?: string): Promise<void> {
  const execution = await executor.run(
    id,
    argument === undefined ? {} : { argument: JSON.stringify(argument) },
  );
  if (execution.state !== 'SUCCEEDED') throw new Error(`${id}: ${execution.error?.context}`);
}

/** The same arithmetic on the same type of number, with as many turns of the event loop. */
async function plainSteps(): Promise<void> {
  let total = 0n;
  for (let v = 1n; v <= ITERATIONS; v++) {
    total += v % 7n;
    if (total < 0n) throw new Error('never');
    if (v % 333n === 0n) await new Promise((resolve) => setImmediate(resolve));
  }
}

async function plainCalls(url: string): Promise<void> {
  let next = 0;
  let total = 0;
  const work = async () => {
    while (next++ < CALLS) {
      const response = await fetch(url);
      total += ((await response.json()) as { n: number }).n;
    }
  };
  await Promise.all(Array.from({ length: 20 }, work));
  if (total !== CALLS) throw new Error(`expected ${CALLS}, got ${total}`);
}

async function measure(
  name: string,
  runWorkflow: () => Promise<void>,
  runPlain: () => Promise<void>,
): Promise<Measurement> {
  await runPlain();
  await runWorkflow();
  const arms = { workflow: newArm(runWorkflow), plain: newArm(runPlain) };
  for (let round = 0; round < ROUNDS; round++) {
    await sample(arms.plain);
    await sample(arms.workflow);
  }
  return {
    name,
    workflow: median(arms.workflow.times),
    plain: median(arms.plain.times),
    workflowHeap: Math.max(...arms.workflow.heaps),
    plainHeap: Math.max(...arms.plain.heaps),
  };
}

type Arm = { readonly run: () => Promise<void>; readonly times: number[]; readonly heaps: number[] };

function newArm(run: () => Promise<void>): Arm {
  return { run, times: [], heaps: [] };
}

async function sample({ run, times, heaps }: Arm): Promise<void> {
  const before = process.memoryUsage().heapUsed;
  const start = performance.now();
  await run();
  times.push(performance.now() - start);
  heaps.push(Math.max(0, (process.memoryUsage().heapUsed - before) / 1e6));
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) await run();
