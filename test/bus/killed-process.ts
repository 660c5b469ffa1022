/**
 * The process that the test of crashes kills. It publishes without end, acknowledges every second message, and prints what
 * the bus has promised: `published {id}`, `acknowledged {id}`. It prints `acknowledging {id}` before it asks for the promise.
 */
import { writeSync } from 'node:fs';
import { ensureTopology } from '../../local/bus/ensure-topology.ts';
import { openBus } from './durable-bus.ts';
import { DURABLE } from './durable-topology.ts';

const bus = openBus(process.argv[2] ?? '');
await ensureTopology(bus.registry, DURABLE);

// Writes without a buffer: the kill would lose what a buffer holds.
const say = (line: string) => writeSync(process.stdout.fd, `${line}\n`);

async function publish(): Promise<never> {
  for (;;) {
    const [id] = await bus.publish('crash', [{ data: Buffer.from('x'), attributes: { some: 'thing' } }]);
    say(`published ${id}`);
  }
}

async function acknowledge(): Promise<never> {
  for (let count = 0; ; count++) {
    const [pulled] = await bus.pull('crash-messages', { maxMessages: 1, waitMs: 60_000 });
    if (pulled === undefined || count % 2 === 0) continue;
    say(`acknowledging ${pulled.message.messageId}`);
    await bus.acknowledge('crash-messages', [pulled.ackId]);
    say(`acknowledged ${pulled.message.messageId}`);
  }
}

await Promise.all([publish(), publish(), publish(), acknowledge()]);
