/** The console by keyboard alone: the focus is somewhere useful after each act and after each change that comes in. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startEmbeddedSystem } from '../../local/embedded/embedded-system.ts';
import type { LocalSystem } from '../../local/system.ts';
import { until } from '../setup/until.ts';
import { expectNoFaults, launchChromium, openPage, withoutChromium } from './browser.ts';

describe.skipIf(withoutChromium('the console in a browser'))('a person at the keyboard', () => {
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

  const publish = (event: object) => system.publish(Buffer.from(JSON.stringify(event)));
  async function openOperation(id: string) {
    await publish({ operation: `operations/${id}`, created: { method: 'test.v1.Keys' } });
    const opened = await openPage(browser, `${system.url}/operations/${id}`);
    await opened.page.getByRole('button', { name: 'Notify…' }).waitFor();
    return opened;
  }
  const focusIs = (page: Page, selector: string) =>
    until(`the focus on ${selector}`, () =>
      page.evaluate(`document.activeElement?.matches(${JSON.stringify(selector)}) === true`),
    );
  async function openDialog(page: Page, act: string): Promise<void> {
    await page.getByRole('button', { name: act }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
  }

  it('is back at the button after a dialog is closed with Escape, and after its act', async () => {
    const opened = await openOperation('returned');
    const { page } = opened;
    await openDialog(page, 'Notify…');
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Notify…');

    await openDialog(page, 'Notify…');
    await page.keyboard.type('told');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await until(
      'the button',
      async () => (await page.evaluate('document.activeElement.textContent')) === 'Notify…',
    );
    expectNoFaults(opened);
  });

  it('stays among the acts when the operation ends and the button goes away', async () => {
    const opened = await openOperation('ended');
    await opened.page.getByRole('button', { name: 'Notify…' }).focus();
    await publish({ operation: 'operations/ended', succeeded: {} });
    await opened.page.getByRole('button', { name: 'Rerun…' }).waitFor();
    await focusIs(opened.page, '.acts');
    await opened.page.keyboard.press('Tab');
    expect(await opened.page.evaluate('document.activeElement.textContent')).toBe('Rerun…');
    expectNoFaults(opened);
  });

  it('is on the list after the operation is deleted', async () => {
    const opened = await openOperation('removed');
    await openDialog(opened.page, 'Delete…');
    await opened.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).focus();
    await opened.page.keyboard.press('Enter');
    await focusIs(opened.page, 'main.list-page');
    expectNoFaults(opened);
  });

  it('stays at the dead letters after one is thrown away', async () => {
    await publish({ operation: 'operations/letter', creatd: {} });
    const opened = await openPage(browser, `${system.url}/system`);
    await opened.page.locator('details.letter summary').focus();
    await opened.page.keyboard.press('Enter');
    await opened.page.getByRole('button', { name: 'Throw away' }).focus();
    await opened.page.keyboard.press('Enter');
    await opened.page.getByText('There is none.').waitFor();
    await focusIs(opened.page, 'section[aria-labelledby="dead-letters"]');
    expectNoFaults(opened);
  });
});
