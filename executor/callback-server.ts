import { createServer } from 'node:http';
import type { Executor } from './executor.ts';

export interface CallbackServer {
  readonly url: string;
  readonly close: () => Promise<void>;
}

/** Serves the executor's API on a free port of this machine, so that callbacks of a command-line run can arrive. */
export async function serveCallbacks(executor: Executor): Promise<CallbackServer> {
  // Loaded here because the other runs of the command need no web server.
  const [
    { default: express },
    { workflowsApi },
    { ownPagesOnly },
    { answerNoSuchPath },
    { behindPlainTargets },
  ] = await Promise.all([
    import('express'),
    import('./api/workflows-api.ts'),
    import('../shared/http/own-pages-only.ts'),
    import('../shared/http/refusal.ts'),
    import('../shared/http/request-target.ts'),
  ]);
  const app = express();
  app.disable('x-powered-by');
  app.use(ownPagesOnly, workflowsApi(executor), answerNoSuchPath);
  const server = createServer(behindPlainTargets(app));
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://localhost:${port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
