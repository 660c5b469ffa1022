/**
 * `npm run console:screenshots`: plays the scenario, and takes the pictures that docs/console.md and the README show.
 * CHROMIUM_PATH names the browser where it is not at /usr/bin/chromium.
 */
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium } from 'playwright-core';
import { playScenario } from './scenario.ts';

interface Picture {
  readonly file: string;
  readonly path: string;
  readonly dark?: boolean;
  readonly height: number;
  /** The element that exists once the page is complete. */
  readonly ready: string;
}

const FOLDER = fileURLToPath(new URL('../../docs/console/', import.meta.url));

const { system, fanOut, stuck, failed } = await playScenario();
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
});
try {
  await mkdir(FOLDER, { recursive: true });
  const pictures: readonly Picture[] = [
    { file: 'list.png', path: '/', height: 820, ready: '.row .badge' },
    { file: 'list-dark.png', path: '/', height: 820, ready: '.row .badge', dark: true },
    { file: 'thousand-children.png', path: `/${fanOut}`, height: 1_180, ready: '.tree .note.failed' },
    { file: 'stuck.png', path: `/${stuck}`, height: 800, ready: '.why .leaves' },
    { file: 'failed.png', path: `/${failed}`, height: 1_000, ready: '.history td', dark: true },
    { file: 'system.png', path: '/system', height: 900, ready: '.letter' },
  ];
  for (const picture of pictures) await take(browser, picture);
} finally {
  await browser.close();
  await system.stop();
}

async function take(from: Browser, { file, path, dark, height, ready }: Picture): Promise<void> {
  const colorScheme = dark ? 'dark' : 'light';
  const page = await from.newPage({ viewport: { width: 1_280, height }, colorScheme });
  await page.goto(system.url + path);
  await page.locator(ready).first().waitFor();
  await page.waitForLoadState('load');
  await page.waitForTimeout(800);
  await page.screenshot({ path: FOLDER + file });
  await page.close();
  console.log(`docs/console/${file}`);
}
