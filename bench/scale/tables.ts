/** The tables of docs/scale.md, from the model. */
import { costOf, dollarsPerMillion, EVENT_COSTS, type Family, nodesFor } from './cost-model.ts';

const FAMILIES: readonly Family[] = [
  { children: 0, workflow: false },
  { children: 2, workflow: true },
  { children: 20, workflow: true },
  { children: 20, workflow: false },
  { children: 1_000, workflow: true },
];

export function eventTable(): string {
  const rows = Object.entries(EVENT_COSTS).map(([event, { calls, hops, commits }]) => [
    event,
    calls,
    hops,
    commits,
  ]);
  return table(['event', 'calls', 'hops', 'commits'], rows);
}

export function familyTable(): string {
  const rows = FAMILIES.map((family) => {
    const { messagesIn, messagesOut, calls, commits, executions } = costOf(family);
    return [titleOf(family), messagesIn, messagesOut, calls, commits, executions];
  });
  return table(['family', 'messages in', 'messages out', 'calls', 'commits', 'executions'], rows);
}

export function moneyTable(): string {
  const rows = FAMILIES.map((family) => {
    const { spanner, pubSub, requests, workflows } = dollarsPerMillion(costOf(family));
    return [
      titleOf(family),
      ...[spanner, pubSub, requests, workflows, spanner + pubSub + requests + workflows].map((dollars) =>
        dollars.toFixed(2),
      ),
    ];
  });
  return table(['family', 'Spanner', 'Pub/Sub', 'requests', 'Workflows', 'sum'], rows);
}

export function nodeTable(): string {
  const rows = FAMILIES.map((family) => [
    titleOf(family),
    ...[1_000, 10_000, 100_000].map((rate) => nodesFor(costOf(family), rate)),
  ]);
  return table(['family', '1,000/s', '10,000/s', '100,000/s'], rows);
}

function titleOf({ children, workflow }: Family): string {
  return children === 0 ? 'no children' : `${children} children, ${workflow ? 'a workflow' : 'no workflow'}`;
}

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

export async function run(): Promise<void> {
  for (const one of [eventTable(), familyTable(), moneyTable(), nodeTable()]) console.log(`\n${one}`);
}
