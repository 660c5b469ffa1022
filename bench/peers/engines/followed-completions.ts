/** Receives the completions of a local system as any other subscriber does: through Pub/Sub. */
import { HttpApi } from '../../../shared/client/http-api.ts';
import { readCompletion } from '../../../shared/client/received-message.ts';
import { jsonLog } from '../../../shared/worker/json-log.ts';
import { keepAliveTransport } from '../../../shared/worker/keep-alive-transport.ts';
import { RestSource } from '../../../shared/worker/rest-source.ts';

const COMPLETIONS = 'operation-completions-local';
const CONNECT_TIMEOUT_MS = 30_000;
const MAX_COMPLETIONS = 1_000;

/** Calls `completed` with the name of each operation that is durably complete. Returns a function that stops that. */
export async function followCompletions(
  url: string,
  completed: (operation: string) => void,
): Promise<() => Promise<void>> {
  const source = new RestSource(
    new HttpApi({ url, transport: keepAliveTransport() }),
    'local',
    COMPLETIONS,
    jsonLog(),
  );
  await source.start(
    {
      capacity: MAX_COMPLETIONS,
      onCapacity: () => {},
      receive(message) {
        const data = Buffer.from(message.data);
        completed(readCompletion({ data, attributes: message.attributes }).operation);
        message.ack();
      },
    },
    [],
    { timeoutMs: CONNECT_TIMEOUT_MS, signal: new AbortController().signal },
  );
  return async () => {
    await source.stop();
    await source.close();
  };
}
