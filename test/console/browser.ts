/** The Chromium of this machine. */
import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';
import { expect } from 'vitest';
import { leftOut } from '../deploy/left-out.ts';

const PATHS = [
  process.env.CHROMIUM_PATH ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

const path = PATHS.find((candidate) => candidate !== '' && existsSync(candidate));

/** Whether there is no Chromium, which is reported. */
export function withoutChromium(what: string): boolean {
  if (path !== undefined) return false;
  leftOut(what, 'Chromium is not installed (apt-get install chromium, or CHROMIUM_PATH)');
  return true;
}

export function launchChromium(): Promise<Browser> {
  // Chromium's own sandbox needs rights that containers do not give.
  return chromium.launch({ executablePath: path, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
}

export interface WatchedPage {
  readonly page: Page;
  /** Script errors, violations of the content security policy, and requests to other servers. */
  readonly faults: readonly string[];
}

/** A page that records its faults. */
export async function openPage(
  browser: Browser,
  url: string,
  options: { dark?: boolean } = {},
): Promise<WatchedPage> {
  const page = await browser.newPage({
    viewport: { width: 1280, height: 800 },
    colorScheme: options.dark ? 'dark' : 'light',
  });
  const faults: string[] = [];
  const origin = new URL(url).origin;
  page.on('pageerror', (error) => faults.push(`${error}`));
  page.on('console', (message) => {
    if (/Content Security Policy|TrustedType/i.test(message.text())) faults.push(message.text());
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(origin) && !request.url().startsWith('blob:'))
      faults.push(`requested ${request.url()}`);
  });
  await page.goto(url);
  return { page, faults };
}

/** Returns the serious and critical accessibility violations that axe finds. */
export async function hindrances(page: Page): Promise<readonly string[]> {
  const { source } = await import('axe-core');
  // Bypasses the content security policy of the page, which allows only its own scripts.
  await page.evaluate(`${source};undefined`);
  const found = (await page.evaluate(
    `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html.slice(0, 160)).slice(0, 4).join(' | ')))`,
  )) as string[];
  return found;
}

/** Expects that no script failed, nothing was refused, and no other server was called. */
export function expectNoFaults({ faults }: WatchedPage): void {
  expect(faults).toEqual([]);
}
