/** A report that renders its pages in parallel, as a user of the package writes it, with a line of the timeline at each turn. */
import { setTimeout } from 'node:timers/promises';
import { type Duration, defineOperation } from 'lro-orchestrator';
import { operation, type Worker } from 'lro-orchestrator/worker';
import * as v from 'valibot';
import type { Timeline } from './timeline.ts';

/** The range of random render times of a page. They are long enough that the timeline shows the parent wait. */
const RENDER_MS = { shortest: 100, longest: 400 };

/** The method names differ from those of users, because workers of users may pull the same subscription. */
export const renderPage = defineOperation('sample.v1.Reports.RenderPage', {
  input: v.object({ page: v.number() }),
  response: v.object({ url: v.string() }),
});
export const report = defineOperation('sample.v1.Reports.CreateReport', {
  input: v.object({ title: v.string(), pages: v.number() }),
  response: v.object({ title: v.string(), pages: v.number() }),
  metadata: v.object({ rendered: v.number() }),
});

/** What the workers have seen, in milliseconds of the timeline. */
export interface Seen {
  lastPage: number;
  collected: number;
}

export function reportWorkers(timeline: Timeline, seen: Seen, pollFrequency: Duration): Worker[] {
  return [
    operation(renderPage).steps({
      start: async (op) => {
        const { shortest, longest } = RENDER_MS;
        await setTimeout(shortest + Math.random() * (longest - shortest), undefined, { signal: op.signal });
        seen.lastPage = timeline.now();
        return { url: `https://pages.example.com/${op.input.page}` };
      },
    }),
    operation(report).steps({
      start: (op) => {
        const pages = Array.from({ length: op.input.pages }, (_, index) => renderPage({ page: index + 1 }));
        timeline.note('worker', `START: ${op.name} spawns ${pages.length}, and waits at "collect"`);
        return op.spawn(pages, { then: 'collect', pollFrequency });
      },
      collect: async (op) => {
        const children = op.children(renderPage);
        seen.collected = timeline.now();
        timeline.note('worker', `RESUME at "collect": ${JSON.stringify(children.counts)}`);
        const rendered = (await children.responses()).length;
        op.progress({ rendered });
        return { title: op.input.title, pages: rendered };
      },
    }),
  ];
}
