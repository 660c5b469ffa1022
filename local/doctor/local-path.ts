import * as v from 'valibot';
import { validated } from '../../shared/messages/validated.ts';
import type { Path } from './round-trip.ts';

const pulled = v.object({
  receivedMessages: v.optional(
    v.array(
      v.object({
        ackId: v.string(),
        message: v.object({ attributes: v.optional(v.record(v.string(), v.string()), {}) }),
      }),
    ),
    [],
  ),
});

const operation = v.object({ done: v.optional(v.boolean(), false), error: v.optional(v.object({})) });

/** Sends a test event through a local system, over the REST interface of Pub/Sub and the Operations API. */
export function localPath(url: string): Path {
  const project = `${url}/v1/projects/local`;
  // The subscription always exists. Messages of other operations are not acknowledged, so the bus delivers them again to their
  // subscribers.
  const subscription = `${project}/subscriptions/operation-completions-local`;
  return {
    async subscribe() {},
    async publish(event) {
      const data = Buffer.from(JSON.stringify(event)).toString('base64');
      await call('POST', `${project}/topics/operation-lifecycle:publish`, { messages: [{ data }] });
    },
    async stateOf(id) {
      const response = await fetch(`${url}/v1/operations/${id}`);
      if (response.status === 404) return undefined;
      const { done, error } = validated(operation, await response.json(), 'the answer');
      if (!done) return 'RUNNING';
      return error ? 'FAILED' : 'SUCCEEDED';
    },
    async pull(id) {
      const answer = await call('POST', `${subscription}:pull`, {
        maxMessages: 1000,
        returnImmediately: true,
      });
      const { receivedMessages } = validated(pulled, answer, 'the answer');
      const ours = receivedMessages.filter(
        ({ message }) => message.attributes.operation === `operations/${id}`,
      );
      const ackIds = ours.map(({ ackId }) => ackId);
      if (ackIds.length > 0) await call('POST', `${subscription}:acknowledge`, { ackIds });
      return ours.map(({ message }) => message.attributes.operation ?? '');
    },
    async unsubscribe() {},
  };
}

async function call(method: string, url: string, body?: object): Promise<unknown> {
  const response = await fetch(url, {
    method,
    headers: body && { 'content-type': 'application/json' },
    body: body && JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${url} was answered ${response.status}: ${text}`);
  return text === '' ? {} : JSON.parse(text);
}
