/** Each alert links to a runbook, and the log lines that alerts read are really logged. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { sweep } from '../../shared/orchestrator/sweep.ts';
import { Harness } from '../orchestrator/harness.ts';

const FOLDER = new URL('../../deploy/monitoring/', import.meta.url);
const files = (prefix: string) => readdirSync(FOLDER).filter((file) => file.startsWith(prefix));
const read = (file: string) => JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8'));
const OPERATING = readFileSync(new URL('../../docs/operating.md', import.meta.url), 'utf8');

describe('the files of deploy/monitoring', () => {
  it.each(files('alert-'))('%s leads to a runbook that is there, and is in the table of alerts', (file) => {
    const { documentation } = read(file);
    const [, anchor] = /Runbook: docs\/operating\.md#([a-z-]+)$/.exec(documentation.content) ?? [];
    expect(OPERATING.split('\n')).toContain(`## ${anchor}`);
    expect(OPERATING).toContain(`](#${anchor}) |`);
  });

  it('read from the log of sweep what sweep reports', async () => {
    const harness = await Harness.open();
    const report: object = await sweep(harness.orchestrator);
    await harness.store.close();
    for (const file of files('metric-')) {
      const [, field] = /^EXTRACT\(jsonPayload\.(\w+)\)$/.exec(read(file).valueExtractor) ?? [];
      expect(report).toHaveProperty(field ?? '', expect.any(Number));
    }
  });
});
