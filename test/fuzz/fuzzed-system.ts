/** The embedded system with an operation in each state, for inputs that name one. */
import { startEmbeddedSystem } from '../../local/embedded/embedded-system.ts';
import type { LocalSystem } from '../../local/system.ts';
import { DISPATCHED_IDS, DONE_IDS, RUNNING_IDS, WAITING_IDS } from './inputs/known-operations.ts';

const EVENTS: readonly object[] = [
  ...RUNNING_IDS.map((id) => created(id, { labels: { env: 'x' } })),
  ...DONE_IDS.flatMap((id) => [created(id), { operation: `operations/${id}`, succeeded: {} }]),
  ...WAITING_IDS.flatMap((id) => [
    created(id),
    {
      operation: `operations/${id}`,
      eventId: 'wait',
      waiting: { childOperations: ['operations/known', 'operations/done'] },
    },
  ]),
  ...DISPATCHED_IDS.map((id) => created(id, { dispatch: {} })),
  ...RUNNING_IDS.map(() => ({ operation: 'not a name' })),
];
const WORKFLOWS = '/v1/projects/local/locations/us-central1/workflows';
const WORKFLOW = '- s:\n    call: sys.sleep\n    args: {seconds: 3600}\n';

function created(id: string, fields: object = {}): object {
  return { operation: `operations/${id}`, created: { method: 'm', ...fields } };
}

export interface FuzzedSystem extends LocalSystem {
  /** Where google.longrunning.Operations is served over gRPC. */
  readonly grpcAddress: string;
  /** Values of parameters of paths that the system itself has chosen, by the name of the parameter. */
  readonly chosenNames: Readonly<Record<string, readonly string[]>>;
}

export async function startFuzzedSystem(): Promise<FuzzedSystem> {
  const system = await startEmbeddedSystem({ push: true, logLevel: 'silent', grpcPort: 0 });
  for (const event of EVENTS) await system.publish(Buffer.from(JSON.stringify(event)));
  const url = system.operationsUrl;
  for (const id of WAITING_IDS) {
    const waiting = `${url}/v1/operations/${id}:inspect`;
    while ((await jsonOf(waiting)).state !== 'WAITING');
  }
  const [, grpcAddress = ''] = /(localhost:\d+)/.exec(system.parts.gRPC ?? '') ?? [];
  return { ...system, grpcAddress, chosenNames: await namesChosenBy(url) };
}

async function namesChosenBy(url: string): Promise<FuzzedSystem['chosenNames']> {
  const workflow = await jsonOf(`${url}${WORKFLOWS}?workflowId=fuzzed`, { sourceContents: WORKFLOW });
  for (let index = 0; index < 8; index++) await jsonOf(`${url}${WORKFLOWS}/fuzzed/executions`, {});
  const lists = ['parallel-poll', 'fuzzed'].map((name) => jsonOf(`${url}${WORKFLOWS}/${name}/executions`));
  const executions = (await Promise.all(lists)).flatMap((list) => list.executions as { name: string }[]);
  const { deadLetters } = await jsonOf(`${url}/console-api/dead-letters`);
  return {
    execution: executions.map(({ name }) => lastOf(name)),
    id: (deadLetters as { id: string }[]).map(({ id }) => id),
    // The long-running operation of a change of a workflow.
    change: [lastOf(String(workflow.name))],
  };
}

const lastOf = (name: string) => name.split('/').at(-1) ?? '';

async function jsonOf(url: string, body?: object): Promise<Readonly<Record<string, unknown>>> {
  const answer = await fetch(url, {
    ...(body && { method: 'POST', body: JSON.stringify(body) }),
    headers: { 'content-type': 'application/json' },
  });
  return (await answer.json()) as Readonly<Record<string, unknown>>;
}
