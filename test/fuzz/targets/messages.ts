/** Messages of the lifecycle topic: JSON made from the .proto files and damaged, binary, and bytes that are neither. */
import fc from 'fast-check';
import { handleMessage } from '../../../functions/on-lifecycle-event.ts';
import { openSqliteStore } from '../../../local/sqlite/store.ts';
import { AllowedHosts } from '../../../shared/messages/allowed-hosts.ts';
import type { BusMessage } from '../../../shared/messages/bus-message.ts';
import { schema } from '../../../shared/messages/schema.ts';
import { orchestratorOn } from '../../operations-api/api-under-test.ts';
import { messages } from '../inputs/from-proto.ts';
import { damaged, hostileText, hostileValue, mutated, textOf } from '../inputs/hostile.ts';
import type { Target } from '../target.ts';

const eventText = mutated(messages(schema.lookupType('lro.v1.LifecycleEvent'))).map(textOf);
const data: fc.Arbitrary<Uint8Array> = fc.oneof(
  { weight: 6, arbitrary: eventText.map((text) => Buffer.from(text)) },
  { weight: 2, arbitrary: damaged(eventText).map((text) => Buffer.from(text)) },
  { weight: 1, arbitrary: hostileValue.map((value) => Buffer.from(textOf(value))) },
  { weight: 2, arbitrary: fc.uint8Array({ maxLength: 200 }) },
);
const attributes = fc.oneof(
  fc.constantFrom<Record<string, string>>(
    {},
    { googclient_schemaencoding: 'JSON' },
    { googclient_schemaencoding: 'BINARY' },
  ),
  fc.dictionary(hostileText, hostileText, { maxKeys: 3 }),
);

export const MESSAGES: Target<BusMessage> = {
  name: 'messages',
  async open() {
    const store = await openSqliteStore();
    const plain = orchestratorOn(store);
    const allowedHosts = new AllowedHosts(['jobs.example.com']);
    const orchestrator = { ...plain, policy: { ...plain.policy, allowedHosts } };
    let count = 0;
    return {
      inputs: fc.record({
        data,
        attributes,
        messageId: fc.constant(''),
        publishTime: fc.constant(1_790_000_000_000),
      }),
      async feed(message) {
        // Whatever a message says, it is applied or dead-lettered: a store and a bus that work give no reason to try again.
        const known = { ...message, messageId: `m${++count}` };
        await handleMessage({ orchestrator }, known, 'operation-lifecycle');
        return 'acknowledged';
      },
      show: ({ data, attributes }) =>
        `${JSON.stringify(attributes)}\n${Buffer.from(data).toString().slice(0, 2_000)}\nbase64: ${Buffer.from(data).toString('base64').slice(0, 2_000)}`,
      close: () => store.close(),
    };
  },
};
