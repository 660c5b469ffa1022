/** Real Chromium, as the machine has it. */
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

/** Whether there is none, which is said. */
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
  /** Errors of scripts, what the page's policy refused, and requests to other servers. */
  readonly faults: readonly string[];
}

/** A page whose faults are kept. */
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

/** What of the page axe finds to be a serious or critical hindrance. */
export async function hindrances(page: Page): Promise<readonly string[]> {
  const { source } = await import('axe-core');
  // Past the policy of the page, which allows no script but its own.
  await page.evaluate(`${source};undefined`);
  const found = (await page.evaluate(
    `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html.slice(0, 160)).slice(0, 4).join(' | ')))`,
  )) as string[];
  return found;
}

/** No script failed, nothing was refused, and no other server was asked. */
export function expectNoFaults({ faults }: WatchedPage): void {
  expect(faults).toEqual([]);
}
