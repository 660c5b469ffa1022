import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface PushRequest {
  readonly message: {
    readonly data?: string;
    readonly attributes?: Readonly<Record<string, string>>;
    readonly messageId: string;
  };
  readonly subscription: string;
  readonly deliveryAttempt?: number;
}

export interface PushReceiver {
  readonly url: string;
  readonly requests: readonly PushRequest[];
  close(): Promise<void>;
}

/** An endpoint for a push subscription. It answers with these statuses in turn, and with 200 after them. */
export async function startPushReceiver(...statuses: number[]): Promise<PushReceiver> {
  const requests: PushRequest[] = [];
  const server = createServer(async (request, response) => {
    requests.push(JSON.parse(await text(request)) as PushRequest);
    response.writeHead(statuses.shift() ?? 200).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    requests,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
