import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

type Attributes = Readonly<Record<string, string>>;

const PAUSE = 20;

/** Pub/Sub's REST shape of the local system, for clients that outlive it: every call is repeated until it is answered. */
export class RestBus {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  /** One event with an id of its own, published until that is acknowledged. */
  async publish(operation: string, event: object): Promise<void> {
    const data = JSON.stringify({
      operation,
      eventId: randomUUID(),
      occurTime: new Date().toISOString(),
      ...event,
    });
    const messages = [{ data: Buffer.from(data).toString('base64') }];
    await this.#repeat(() => this.#post('topics/operation-lifecycle:publish', { messages }));
  }

  /** Takes the messages of a subscription; acknowledges each once the handler has it. */
  consume(subscription: string, handler: (attributes: Attributes) => void): { stop(): Promise<void> } {
    let running = true;
    const loop = async () => {
      while (running) {
        const pulled = await this.#post(`subscriptions/${subscription}:pull`, {
          maxMessages: 100,
          returnImmediately: true,
        });
        const received: { ackId: string; message: { attributes: Attributes } }[] =
          pulled?.receivedMessages ?? [];
        for (const { message } of received) handler(message.attributes);
        const ackIds = received.map(({ ackId }) => ackId);
        if (ackIds.length > 0) await this.#post(`subscriptions/${subscription}:acknowledge`, { ackIds });
        else await sleep(PAUSE);
      }
    };
    const ended = loop();
    return {
      async stop() {
        running = false;
        await ended;
      },
    };
  }

  /** Those of the operations that are not done. */
  async unfinished(names: readonly string[]): Promise<string[]> {
    const unfinished: string[] = [];
    for (const name of names) {
      const { done } = await this.#repeat(() => this.#call(`/v1/${name}`));
      if (!done) unfinished.push(name);
    }
    return unfinished;
  }

  // biome-ignore lint/suspicious/noExplicitAny: whatever the server answered
  async #repeat(act: () => Promise<any>): Promise<any> {
    for (;;) {
      const answer = await act();
      if (answer !== undefined) return answer;
      await sleep(PAUSE);
    }
  }

  #post(path: string, body: object) {
    return this.#call(`/v1/projects/p/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  }

  /** Resolves with the answer, or with undefined if there was none, because the server may be down at any moment. */
  // biome-ignore lint/suspicious/noExplicitAny: whatever the server answered
  async #call(path: string, init?: RequestInit): Promise<any> {
    try {
      const response = await fetch(this.#url + path, init);
      return response.ok ? await response.json() : undefined;
    } catch {
      return undefined;
    }
  }
}
