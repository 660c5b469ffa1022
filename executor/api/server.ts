import type { Executor } from '../executor.ts';

export interface ExecutorServer {
  readonly url: string;
  readonly close: () => Promise<void>;
}

/**
 * Serves the executor's APIs on the loopback interface.
 *
 * @param port 0 for a free one
 * @throws Error EADDRINUSE
 */
export async function serveExecutor(executor: Executor, port = 0): Promise<ExecutorServer> {
  // Loaded here because runs of the command without callbacks need no web server.
  const [
    { default: express },
    { workflowsApi },
    { ownPagesOnly },
    { answerNoSuchPath },
    { behindPlainTargets },
    { createHttpServer },
  ] = await Promise.all([
    import('express'),
    import('./workflows-api.ts'),
    import('../../shared/http/own-pages-only.ts'),
    import('../../shared/http/refusal.ts'),
    import('../../shared/http/request-target.ts'),
    import('../../shared/http/unreadable-requests.ts'),
  ]);
  const app = express();
  app.disable('x-powered-by');
  app.use(ownPagesOnly, workflowsApi(executor), answerNoSuchPath);
  const server = createHttpServer(behindPlainTargets(app));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  const bound = typeof address === 'object' && address !== null ? address.port : port;
  return {
    url: `http://localhost:${bound}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
