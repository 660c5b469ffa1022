import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { costOf } from '../../bench/scale/cost-model.ts';
import { eventTable, familyTable, moneyTable, nodeTable } from '../../bench/scale/tables.ts';

it('has the tables of docs/scale.md from the model', async () => {
  const page = await readFile(new URL('../../docs/scale.md', import.meta.url), 'utf8');
  for (const table of [eventTable(), familyTable(), moneyTable(), nodeTable()]) expect(page).toContain(table);
});

it('counts a message for each event, a completion for each operation, and one RESUME', () => {
  const { messagesIn, messagesOut, operations } = costOf({ children: 2, workflow: true });
  expect({ messagesIn, messagesOut, operations }).toEqual({ messagesIn: 7, messagesOut: 4, operations: 3 });
});

it('leaves out the recording of a launch if there is no workflow', () => {
  const [launched, none] = [true, false].map((workflow) => costOf({ children: 2, workflow }));
  expect((launched?.calls ?? 0) - (none?.calls ?? 0)).toBe(2);
});
