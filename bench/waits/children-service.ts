import type { Clock } from '../../executor/index.ts';
import { type HttpServer, serve } from '../../local/http-server.ts';

/**
 * A service with children that are done at the time `doneAt`. The two workflows poll it in different ways: by GetOperation for
 * each child, or by the function `resume` for all.
 */
export async function serveChildren(clock: Clock, doneAt: () => number): Promise<HttpServer> {
  return serve((request, response) => {
    request.resume().on('end', () => {
      const done = clock.now() >= doneAt();
      const body =
        request.url === '/resume' ? { resumed: done, ...(!done && { reason: 'PENDING' }) } : { done };
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(body));
    });
  });
}
