import { connectBus } from '../../shared/worker/connect-bus.ts';
import { surroundings } from '../../shared/worker/environment.ts';
import { jsonLog } from '../../shared/worker/json-log.ts';
import { type Command, UsageError } from '../command.ts';
import { parseObject } from './operations.ts';

export const publish: Command = {
  parameters: ['EVENT_JSON'],
  summary: 'publishes a lifecycle event: {"operation":"operations/r1","created":{}}',
  flags: {},
  async run({ positionals, url, print, json }) {
    const event = Buffer.from(JSON.stringify(parseObject(positionals[0] ?? '')));
    await requireEvent(event);
    // This command pulls nothing, so the subscription name has no effect.
    const found = surroundings({ url, subscription: 'none' });
    const bus = await connectBus(found, 1, jsonLog());
    await bus.publish(event);
    if (!json) print(`published to ${found.lifecycleTopic}`);
    return 0;
  },
};

/** Refuses an event that breaks a rule. Published, it would become a dead letter, which the publisher never sees. */
export async function requireEvent(data: Uint8Array): Promise<void> {
  // Imported here because no other command needs the message types.
  const { decodeEvent } = await import('../../shared/messages/event-message.ts');
  let message: ReturnType<typeof decodeEvent>;
  try {
    message = decodeEvent(data, 'JSON');
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
  if (!message.operation) throw new UsageError('operation: is required');
  if (message.event.case === undefined)
    throw new UsageError('the event must have a kind, such as created, succeeded or failed');
}
