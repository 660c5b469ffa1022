/**
 * Plays an hour of work: operations that ended, some that run, one with a thousand children, and some that are stuck. It
 * publishes events to the lifecycle topic, like workers.
 */

import { startEmbeddedSystem } from '../../local/embedded/embedded-system.ts';
import type { LocalSystem } from '../../local/system.ts';
import { randomSequence } from './random-sequence.ts';
import { ShiftedClock } from './shifted-clock.ts';
import { type Event, Stage } from './stage.ts';

export interface Scenario {
  readonly system: LocalSystem;
  /** With a thousand children. */
  readonly fanOut: string;
  /** Waits for a child that waits for a child that does not move. */
  readonly stuck: string;
  readonly failed: string;
}

const MINUTE_MS = 60_000;
const METHODS = [
  'media.v1.Library.TranscodeVideo',
  'media.v1.Library.ExtractAudio',
  'billing.v1.Invoices.CloseMonth',
  'search.v1.Index.RebuildShard',
];

export async function playScenario({
  port,
  children = 1_000,
}: {
  port?: number;
  children?: number;
} = {}): Promise<Scenario> {
  const clock = new ShiftedClock();
  clock.behindMs = 58 * MINUTE_MS;
  const system = await startEmbeddedSystem({
    clock,
    push: true,
    logLevel: 'silent',
    ...(port !== undefined && { port }),
  });
  const stage = new Stage(system, () => clock.now());
  const random = randomSequence(7);

  const stuck = await beginStuckOperations(stage);
  for (let minute = 57; minute >= 1; minute--) {
    clock.behindMs = minute * MINUTE_MS;
    await playMinute(stage, minute, random);
  }
  clock.behindMs = 21 * MINUTE_MS;
  const fanOut = await beginFanOut(stage, children);
  clock.behindMs = 2 * MINUTE_MS;
  await endChildren(stage, fanOut, children);
  clock.behindMs = 0;
  const failed = await endBadly(stage);
  await beginRunning(stage, random);
  await publishMistakes(stage);
  return { system, fanOut, stuck, failed };
}

/** Operations that end within a minute. */
async function playMinute(stage: Stage, minute: number, random: () => number): Promise<void> {
  const count = 5 + Math.round(6 * (1 + Math.sin(minute / 6)) + random() * 4);
  await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const method = METHODS[Math.floor(random() * METHODS.length)] ?? '';
      const name = `operations/${idOf(method)}-${(minute * 64 + index).toString(36)}${Math.floor(random() * 46_656).toString(36)}`;
      const start = Math.round(random() * 30_000);
      const took = Math.round(300 + 4_000 * random() ** 4 * (1 + minute / 30) + random() * 900);
      const labels = { tenant: ['acme', 'globex', 'initech'][index % 3] ?? '' };
      await stage.create(name, method, { labels }, start);
      if (random() < 0.06) {
        const message = 'The source object gs://media-in/4711.mov is gone.';
        await stage.publish(name, { failed: { error: { code: 5, message } } }, start + took);
      } else {
        await stage.publish(
          name,
          { succeeded: { response: struct({ frames: Math.round(random() * 9_000) }) } },
          start + took,
        );
      }
    }),
  );
}

async function beginStuckOperations(stage: Stage): Promise<string> {
  const [parent, child, leaf] = [
    'operations/month-end-2026-10',
    'operations/ledger-eu',
    'operations/fx-rates-eu',
  ];
  await stage.create(parent, 'billing.v1.Invoices.CloseMonth', { labels: { tenant: 'acme' } });
  await stage.create(child, 'billing.v1.Ledger.Post', { parent });
  await stage.create(leaf, 'fx.v1.Rates.Fetch', { parent: child, metadata: struct({ progress: 0.35 }) });
  await stage.publish(child, waiting([leaf], { resumePoint: 'post' }));
  await stage.publish(parent, waiting([child], { resumePoint: 'send-invoices', policy: 'ALL_SUCCEEDED' }));
  await stage.create('operations/approval-19', 'billing.v1.Approvals.Ask');
  await stage.publish('operations/approval-19', { waiting: { sleep: '10800s', resumePoint: 'remind' } });
  await stage.reaches(parent, 'WAITING');
  await stage.reaches(child, 'WAITING');
  return parent;
}

async function beginFanOut(stage: Stage, count: number): Promise<string> {
  const parent = 'operations/nightly-index-2026-11-26';
  await stage.create(parent, 'search.v1.Index.Rebuild', {
    labels: { tenant: 'globex', release: '2026-11' },
    metadata: struct({
      progress: 0,
      shards: count,
      index: { name: 'products', locales: ['de', 'en', 'fr'] },
    }),
  });
  const children = Array.from({ length: count }, (_, index) => childName(parent, index));
  for (let start = 0; start < count; start += 100) {
    const batch = children.slice(start, start + 100);
    await Promise.all(
      batch.map((child, index) =>
        stage.create(child, 'search.v1.Index.RebuildShard', { parent }, (start + index) * 40),
      ),
    );
  }
  await stage.publish(
    parent,
    waiting(children, { resumePoint: 'swap', checkpoint: 'eyJhbGlhcyI6InByb2R1Y3RzLW5leHQifQ==' }),
    count * 40,
  );
  await stage.reaches(parent, 'WAITING');
  return parent;
}

/** Most of them succeed, every fortieth fails, and the last dozen still run. */
async function endChildren(stage: Stage, parent: string, count: number): Promise<void> {
  const random = randomSequence(11);
  const ended = Math.max(0, count - 13);
  for (let start = 0; start < ended; start += 100) {
    await Promise.all(
      Array.from({ length: Math.min(100, ended - start) }, (_, offset) => {
        const index = start + offset;
        const later =
          -19 * MINUTE_MS +
          index * 40 +
          30_000 +
          Math.round(random() * 200_000) +
          Math.floor(index / 200) * 150_000;
        const error = { code: 8, message: `Shard ${index} needs more than 2 GiB of memory.` };
        const event =
          index % 40 === 7
            ? { failed: { error } }
            : { succeeded: { response: struct({ documents: index * 17 }) } };
        return stage.publish(childName(parent, index), event, later);
      }),
    );
  }
  await stage.publish(parent, {
    progressed: {
      metadata: struct({
        progress: ended / count,
        shards: count,
        index: { name: 'products', locales: ['de', 'en', 'fr'] },
      }),
    },
  });
}

async function endBadly(stage: Stage): Promise<string> {
  const name = 'operations/import-catalog-77';
  await stage.create(
    name,
    'catalog.v1.Catalogs.Import',
    { labels: { tenant: 'initech' }, metadata: struct({ rows: 120_400, done: 88_210, total: 120_400 }) },
    -94_000,
  );
  await stage.publish(
    name,
    { checkpointed: { checkpoint: 'eyJyb3ciOjg4MjEwfQ==', resumePoint: 'row-88210' } },
    -40_000,
  );
  await stage.publish(name, { waiting: { sleep: '1s', resumePoint: 'retry' } }, -30_000);
  await stage.publish(
    name,
    {
      failed: {
        error: {
          code: 9,
          message: 'Row 88211: the price "12,90" is no number. Correct the file, and import it again.',
          details: [
            {
              '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
              reason: 'BAD_ROW',
              domain: 'catalog',
              metadata: { row: '88211' },
            },
          ],
        },
      },
    },
    -8_000,
  );
  await stage.reaches(name, 'FAILED');
  await stage.publish(name, { succeeded: {} }, -1_000);
  return name;
}

async function beginRunning(stage: Stage, random: () => number): Promise<void> {
  for (let index = 0; index < 14; index++) {
    const method = METHODS[index % METHODS.length] ?? '';
    const name = `operations/${idOf(method)}-live${index.toString(36)}${Math.floor(random() * 46_656).toString(36)}`;
    await stage.create(
      name,
      method,
      { metadata: struct({ progress: Math.round(random() * 100) / 100 }) },
      -Math.round(random() * 50_000),
    );
    if (index % 5 === 3) await stage.publish(name, { waiting: { sleep: '600s' } });
  }
}

/** Events that become dead letters. */
async function publishMistakes(stage: Stage): Promise<void> {
  await stage.publish('operations/report 12', { created: { method: 'billing.v1.Reports.Make' } });
  await stage.publish('operations/report-13', {
    waiting: { childOperations: ['operations/a'], pollFrequency: '10ms' },
  });
}

function childName(parent: string, index: number): string {
  return `${parent}.shard-${String(index).padStart(4, '0')}`;
}

function waiting(childOperations: readonly string[], more: object): Event {
  return { waiting: { childOperations, timeout: '86400s', pollFrequency: '60s', ...more } };
}

function struct(value: object): object {
  return { '@type': 'type.googleapis.com/google.protobuf.Struct', value };
}

function idOf(method: string): string {
  return (method.split('.').at(-1) ?? '').replace(
    /[A-Z]/g,
    (letter, at: number) => (at > 0 ? '-' : '') + letter.toLowerCase(),
  );
}
