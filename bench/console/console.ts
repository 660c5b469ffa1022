/**
 * `npm run console:bench -- [--operations N]`: measures the console in a browser (the size of its scripts, the first paint, the
 * frame rate while a list scrolls, the memory of the page), and how long a change takes to reach 1,000 watchers.
 */
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { chromium, type Page } from 'playwright-core';
import { createOperations } from '../../console/screenshots/many-operations.ts';
import { startEmbeddedSystem } from '../../local/embedded/embedded-system.ts';
import { measureWatchers } from './watchers.ts';

const BUILT = fileURLToPath(new URL('../../console/dist/assets/', import.meta.url));
const SCROLL_SECONDS = 5;

const { values } = parseArgs({
  options: {
    operations: { type: 'string', default: '100000' },
    watchers: { type: 'string', default: '1000' },
  },
});
const operations = Number(values.operations);

const system = await startEmbeddedSystem({ push: true, logLevel: 'silent' });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--enable-precise-memory-info'],
});
try {
  console.log(`scripts, gzipped       ${((await scriptBytes()) / 1_024).toFixed(1)} KiB`);
  await createOperations(system.operationsUrl, operations);
  const page = await browser.newPage({ viewport: { width: 1_280, height: 800 } });
  await page.goto(system.url);
  await page.locator('.row .badge').first().waitFor();
  console.log(`operations             ${operations}`);
  console.log(`first paint            ${Math.round(await firstPaint(page))} ms`);
  const { frames, slowest } = await scroll(page);
  console.log(`frames while scrolling ${frames.toFixed(1)} a second, the slowest ${slowest.toFixed(0)} ms`);
  const { rows, held, megabytes } = await heldBy(page);
  console.log(`rows in the page       ${rows}, of ${held} that it holds`);
  console.log(`memory of scripts      ${megabytes.toFixed(1)} MB`);
  await page.close();
  const watchers = Number(values.watchers);
  const { medianMs, lastMs } = await measureWatchers(system, watchers);
  console.log(
    `a change to ${watchers} watchers: median ${medianMs.toFixed(0)} ms, the last ${lastMs.toFixed(0)} ms`,
  );
} finally {
  await browser.close();
  await system.stop();
}

async function scriptBytes(): Promise<number> {
  const scripts = (await readdir(BUILT)).filter((file) => file.endsWith('.js'));
  const sizes = await Promise.all(scripts.map(async (file) => gzipSync(await readFile(BUILT + file)).length));
  return sizes.reduce((sum, size) => sum + size, 0);
}

async function firstPaint(page: Page): Promise<number> {
  return page.evaluate(`performance.getEntriesByName('first-contentful-paint')[0].startTime`);
}

/** Scrolls through the whole list, and counts the frames. */
async function scroll(page: Page): Promise<{ frames: number; slowest: number }> {
  return page.evaluate(`new Promise((resolve) => {
    const rows = document.querySelector('.rows');
    const step = (rows.scrollHeight - rows.clientHeight) / (${SCROLL_SECONDS} * 60);
    const start = performance.now();
    let last = start, frames = 0, slowest = 0;
    const frame = (now) => {
      frames++;
      slowest = Math.max(slowest, now - last);
      last = now;
      rows.scrollTop += step;
      if (now - start < ${SCROLL_SECONDS * 1_000}) requestAnimationFrame(frame);
      else resolve({ frames: frames / ((now - start) / 1_000), slowest });
    };
    requestAnimationFrame(frame);
  })`);
}

async function heldBy(page: Page): Promise<{ rows: number; held: number; megabytes: number }> {
  await page.waitForTimeout(1_500);
  // The used heap after a garbage collection.
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  await session.detach();
  return page.evaluate(`({
    rows: document.querySelectorAll('.rows .body .row').length,
    held: Number(document.querySelector('.rows').dataset.heldRows),
    megabytes: performance.memory.usedJSHeapSize / 1048576,
  })`);
}
