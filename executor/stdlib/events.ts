import { timeoutError, valueError } from '../errors/raised.ts';
import { LIMITS } from '../limits.ts';
import { isMap, type Value } from '../values/value.ts';
import { mapArgument, numberArgument, optionalText, textArgument } from './arguments.ts';
import { type BlockingHost, blocking, type LibraryFunction } from './function.ts';

const METHODS: readonly string[] = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'];
const DEFAULT_TIMEOUT_SECONDS = 43_200;

/** The module `events`: callbacks ("Wait using callbacks"). */
export const eventFunctions: readonly LibraryFunction[] = [
  blocking(
    'events.create_callback_endpoint',
    ['http_callback_method?'],
    async ([method], host) => {
      const name = optionalText('http_callback_method', method) ?? 'POST';
      if (!METHODS.includes(name)) throw valueError(`unknown HTTP method '${name}' for a callback`);
      const path = host.callbacks.create(host.executionName, name);
      return new Map([['url', host.baseUrl + path]]);
    },
    ([method], endpoint, host) => {
      host.callbacks.restore(
        host.executionName,
        optionalText('http_callback_method', method) ?? 'POST',
        pathOf(endpoint),
      );
    },
  ),
  blocking(
    'events.await_callback',
    ['callback', 'timeout?'],
    async ([callback, timeout = null], host) => {
      const url = textArgument('callback.url', mapArgument('callback', callback).get('url'));
      const seconds = timeout === null ? DEFAULT_TIMEOUT_SECONDS : Number(numberArgument('timeout', timeout));
      if (!(seconds >= 0))
        throw valueError(`the timeout of a callback must not be negative; got: ${seconds}`);
      const deadline = host.callBegunAt + Math.min(seconds * 1000, LIMITS.executionMs);
      return host.idle(() => awaitCallback(url, seconds, Math.max(0, deadline - host.clock.now()), host));
    },
    ([callback], request, host) => {
      if (isMap(request)) host.callbacks.consume(pathOf(callback ?? null));
    },
  ),
];

/** The path of the endpoint's URL: the port may be another than when the endpoint was made. */
function pathOf(endpoint: Value): string {
  const url = isMap(endpoint) ? endpoint.get('url') : undefined;
  return typeof url === 'string' && URL.canParse(url) ? new URL(url).pathname : '';
}

async function awaitCallback(url: string, seconds: number, ms: number, host: BlockingHost): Promise<Value> {
  // One controller ends both the wait and its timer, whichever is left.
  const done = new AbortController();
  const request = host.callbacks.next(pathOf(new Map([['url', url]])), done.signal);
  if (request === undefined) throw valueError(`'${url}' is not a callback endpoint of a running execution`);
  const stop = () => done.abort(host.signal.reason);
  host.signal.addEventListener('abort', stop, { once: true });
  const timeout = host.clock.sleep(ms, done.signal).then(() => {
    throw timeoutError(`TimeoutError: no callback within ${seconds} seconds`);
  });
  // The loser is rejected with the reason below, which nothing reads.
  request.catch(() => {});
  timeout.catch(() => {});
  try {
    return await Promise.race([request, timeout]);
  } finally {
    host.signal.removeEventListener('abort', stop);
    done.abort();
  }
}
