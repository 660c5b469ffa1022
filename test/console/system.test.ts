/** The system page in a real browser, and its dead letters. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startEmbeddedSystem } from '../../local/embedded/embedded-system.ts';
import type { LocalSystem } from '../../local/system.ts';
import { until } from '../setup/until.ts';
import { expectNoFaults, hindrances, launchChromium, openPage, withoutChromium } from './browser.ts';

describe.skipIf(withoutChromium('the console in a browser'))('the system page', () => {
  let browser: Browser;
  let system: LocalSystem;
  beforeAll(async () => {
    [browser, system] = await Promise.all([
      launchChromium(),
      startEmbeddedSystem({ push: true, logLevel: 'silent' }),
    ]);
  });
  afterAll(async () => {
    await browser?.close();
    await system?.stop();
  });

  it('fits a phone: no table is wider than its frame', async () => {
    const opened = await openPage(browser, `${system.url}/system`);
    const { page } = opened;
    await page.setViewportSize({ width: 360, height: 900 });
    const backlogs = page.getByRole('region', { name: 'Backlogs' });
    await backlogs.getByRole('row', { name: /operation-completions-local/ }).waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
    for (const region of await page.getByRole('region').all()) {
      expect(await region.evaluate((element) => element.scrollWidth <= element.clientWidth)).toBe(true);
    }
    expectNoFaults(opened);
  });

  it('counts completions without a reader as no fault', async () => {
    const response = await fetch(`${system.url}/console-api/system`);
    const { backlogs } = (await response.json()) as { backlogs: { name: string; isOptional: boolean }[] };
    const optional = backlogs.filter(({ isOptional }) => isOptional).map(({ name }) => name);
    expect(optional).toEqual(['operation-completions-local']);
  });

  it('shows dead letters with their reason, and publishes a corrected one', async () => {
    const event = { operation: 'operations/corrected', created: { method: 'test.v1.A', ttl: 'soon' } };
    await system.publish(Buffer.from(JSON.stringify(event)));
    await system.publish(Buffer.from('no event at all'));
    const opened = await openPage(browser, `${system.url}/system`);
    const { page } = opened;
    const letters = page.getByRole('region', { name: 'Dead letters' });
    const letter = letters.locator('details', { hasText: 'created.ttl' });
    await letter.locator('summary .reason').click();
    expect(await hindrances(page)).toEqual([]);

    const text = letter.getByRole('textbox');
    await text.fill((await text.inputValue()).replace('"soon"', '"soon'));
    expect(await letter.getByRole('button', { name: 'Publish again' }).isDisabled()).toBe(true);
    await text.fill((await text.inputValue()).replace('"soon', '"3600s"'));
    await letter.getByRole('button', { name: 'Publish again' }).click();
    await letter.waitFor({ state: 'detached' });
    await until(
      'the operation',
      async () => (await fetch(`${system.operationsUrl}/v1/operations/corrected`)).ok,
    );

    const other = letters.locator('details');
    await other.locator('summary .reason').click();
    await other.getByRole('button', { name: 'Throw away' }).click();
    await letters.getByText('There is none.').waitFor();
    await page.getByRole('row', { name: /operation-dead-letters-local .* 0/ }).waitFor();
    expectNoFaults(opened);
  });
});
