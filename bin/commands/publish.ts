import { surroundings } from '../../shared/worker/environment.ts';
import { jsonLog } from '../../shared/worker/json-log.ts';
import { connectPubSub } from '../../shared/worker/pubsub-connection.ts';
import { restConnection } from '../../shared/worker/rest-connection.ts';
import type { Command } from '../command.ts';
import { parseObject } from './operations.ts';

export const publish: Command = {
  parameters: ['EVENT_JSON'],
  summary: 'publishes a lifecycle event: {"operation":"operations/r1","created":{}}',
  flags: {},
  async run({ positionals, url, print, json }) {
    const event = parseObject(positionals[0] ?? '');
    // Nothing is pulled: any name of a subscription will do.
    const found = surroundings({ url, subscription: 'none' });
    const log = jsonLog();
    const bus = await (found.pull === 'rest' ? restConnection(found, log) : connectPubSub(found, 1, log));
    await bus.publish(Buffer.from(JSON.stringify(event)));
    if (!json) print(`published to ${found.lifecycleTopic}`);
    return 0;
  },
};
