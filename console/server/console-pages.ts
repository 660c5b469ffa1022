/**
 * Serves the console's files, which `npm run console` has built, at the root of a server.
 *
 * A page is given to clients that ask for HTML only: at `/` other clients get what they got before.
 */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import express, { type RequestHandler, type Response, Router } from 'express';

/** What the page is told by its server. */
export interface ConsoleConfig {
  /** What the acts of the page are sent with; without it the console only shows. */
  readonly token?: string;
  /** Why acts are not offered, for people. */
  readonly readOnlyReason?: string;
  /** What the system runs on, for people. */
  readonly parts?: Readonly<Record<string, string>>;
}

/** Beside the sources and in the package. */
const FOLDER = fileURLToPath(new URL('../dist/', import.meta.url));

/** The paths of pages; the rest of a path is read by the page itself. */
const PAGES = ['/', '/system', '/operations/:id'];

/** Nothing from elsewhere, nothing inline, in no frame. */
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
    // A client that takes anything is no browser that a person sits in front of.
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

/** Read again for each page: it is small, and a new build shows at once. */
async function pageOf(folder: string): Promise<string | undefined> {
  const file = join(folder, 'index.html');
  const found = await stat(file).catch(() => undefined);
  return found && readFile(file, 'utf8');
}
