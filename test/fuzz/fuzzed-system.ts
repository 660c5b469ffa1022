/** The embedded system with an operation in each state, for inputs that name one. */
import { startEmbeddedSystem } from '../../local/embedded/embedded-system.ts';
import type { LocalSystem } from '../../local/system.ts';

const EVENTS: readonly object[] = [
  { operation: 'operations/known', created: { method: 'm', labels: { env: 'x' } } },
  { operation: 'operations/done', created: { method: 'm' } },
  { operation: 'operations/done', succeeded: {} },
  { operation: 'operations/waiting', created: { method: 'm' } },
  {
    operation: 'operations/waiting',
    eventId: 'wait',
    waiting: { childOperations: ['operations/known', 'operations/done'] },
  },
  { operation: 'operations/dispatched', created: { method: 'm', dispatch: {} } },
  { operation: 'not a name' },
];

export interface FuzzedSystem extends LocalSystem {
  /** Where google.longrunning.Operations is served over gRPC. */
  readonly grpcAddress: string;
}

export async function startFuzzedSystem(): Promise<FuzzedSystem> {
  const system = await startEmbeddedSystem({ push: true, logLevel: 'silent', grpcPort: 0 });
  for (const event of EVENTS) await system.publish(Buffer.from(JSON.stringify(event)));
  const waiting = `${system.operationsUrl}/v1/operations/waiting:inspect`;
  while (((await (await fetch(waiting)).json()) as { state?: string }).state !== 'WAITING');
  const [, grpcAddress = ''] = /(localhost:\d+)/.exec(system.parts.gRPC ?? '') ?? [];
  return { ...system, grpcAddress };
}
