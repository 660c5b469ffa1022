/** A server that stops and starts again, on the same port and with its data. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startEmbeddedSystem } from '../../local/embedded/embedded-system.ts';
import type { LocalSystem } from '../../local/system.ts';
import { launchChromium, openPage, withoutChromium } from './browser.ts';

describe.skipIf(withoutChromium('the console in a browser'))('a lost connection', () => {
  let browser: Browser;
  let data: string;
  let system: LocalSystem | undefined;
  const start = async (port?: number) => {
    system = await startEmbeddedSystem({ push: true, logLevel: 'silent', data, ...(port && { port }) });
    return system;
  };
  beforeAll(async () => {
    browser = await launchChromium();
    data = await mkdtemp(join(tmpdir(), 'lro-console-'));
  });
  afterAll(async () => {
    await browser?.close();
    await system?.stop();
    await rm(data, { recursive: true, force: true });
  });

  it('is shown, and what has changed is shown when the server is back', async () => {
    const first = await start();
    const port = Number(new URL(first.url).port);
    await first.lifecycle.operation('operations/before').create({ method: 'test.v1.A' });
    const { page, faults } = await openPage(browser, first.url);
    const grid = page.getByRole('grid');
    await grid.getByRole('link', { name: 'before' }).waitFor();
    await page.getByText('Live', { exact: true }).waitFor();

    await first.stop();
    await page.getByText('Connection lost, trying again').waitFor();
    // The shown rows are still there.
    await grid.getByRole('link', { name: 'before' }).waitFor();

    const second = await start(port);
    await second.lifecycle.operation('operations/meanwhile').create({ method: 'test.v1.A' });
    await page.getByText('Live', { exact: true }).waitFor();
    await grid.getByRole('link', { name: 'meanwhile' }).waitFor();

    // The page is from the earlier run, whose token differs from that of the new run.
    await page.goto(`${second.url}/operations/before`);
    await page.getByRole('heading', { name: 'before', level: 1 }).waitFor();
    expect(faults).toEqual([]);
  });
});
