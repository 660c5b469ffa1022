/**
 * Serves the console's files, which `npm run console` has built, at the root of a server.
 *
 * Only clients that ask for HTML get a page. At `/`, the next handler answers all other clients.
 */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import express, { type RequestHandler, type Response, Router } from 'express';

/** The configuration that the server writes into the page. */
export interface ConsoleConfig {
  /** The token that the page sends with actions. Without it the console is read-only. */
  readonly token?: string;
  /** Why actions are not offered, for people. */
  readonly readOnlyReason?: string;
  /** The parts that the system runs on, for people. */
  readonly parts?: Readonly<Record<string, string>>;
}

/** The built pages, whose place relative to this file differs between the sources and the package. */
const FOLDER = fileURLToPath(new URL('../dist/', import.meta.url));

/** The paths of pages. The page itself reads the rest of the path. */
const PAGES = ['/', '/system', '/operations/:id'];

/** Allows no content of other origins, no inline code, and no frame around the page. */
const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; '),
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

const NOT_BUILT = `<!doctype html><html lang="en"><title>Console</title>
<p>The console is not built. Run <code>npm run console</code>, and load this page again.`;

export function consolePages(config: () => ConsoleConfig, folder = FOLDER): Router {
  const router = Router();
  const page: RequestHandler = async (request, response, next) => {
    // A client that accepts any type is not a browser with a person in front of it.
    if (request.accepts(['json', 'html']) !== 'html') return next();
    response
      .set({ ...SECURITY_HEADERS, 'cache-control': 'no-store' })
      .type('html')
      .vary('accept');
    await sendPage(response, folder, config());
  };
  router.get(PAGES, page);
  router.use(
    '/console',
    express.static(folder, {
      ...{ index: false, redirect: false, immutable: true, maxAge: '1y' },
      setHeaders: (response) => response.setHeader('x-content-type-options', 'nosniff'),
    }),
  );
  return router;
}

async function sendPage(response: Response, folder: string, config: ConsoleConfig): Promise<void> {
  const html = await pageOf(folder);
  if (html === undefined) {
    response.status(503).send(NOT_BUILT);
    return;
  }
  const content = JSON.stringify(config).replaceAll('&', '&amp;').replaceAll('"', '&quot;');
  response.send(html.replace('<!--config-->', () => `<meta name="console-config" content="${content}" />`));
}

/** Read again for each page, because it is small and a new build then takes effect at once. */
async function pageOf(folder: string): Promise<string | undefined> {
  const file = join(folder, 'index.html');
  const found = await stat(file).catch(() => undefined);
  return found && readFile(file, 'utf8');
}
