/**
 * Serves one function with the functions-framework on the loopback interface, which the command of the framework has no
 * option for. The environment variable FUNCTION_TARGET names the function, and PORT its port: 0, or absent, for any free port.
 * When it listens, it prints the port.
 */
import { getTestServer } from '@google-cloud/functions-framework/testing';
import { ownPagesOnly } from '../../shared/http/own-pages-only.ts';
import { behindPlainTargets } from '../../shared/http/request-target.ts';

await import('../../functions/index.ts');
const server = getTestServer(process.env.FUNCTION_TARGET ?? '');
const listeners = server.listeners('request');
server.removeAllListeners('request').on(
  'request',
  behindPlainTargets((request, response) => {
    ownPagesOnly(request, response, () => {
      for (const listener of listeners) listener.call(server, request, response);
    });
  }),
);
server.listen(Number(process.env.PORT ?? 0), '127.0.0.1', () => {
  const address = server.address();
  if (address !== null && typeof address === 'object') console.log(`listening on port ${address.port}`);
});
