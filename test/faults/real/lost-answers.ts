/**
 * The real functions and a worker on Google's emulators under a steady load, while the answers of Spanner and Pub/Sub leave open what has
 * happened: calls are carried out but answered with an error, a reset, a closed connection, or too late; sessions are lost; messages
 * are published twice; acknowledgements and extensions are lost; streams end in the middle. Afterwards the tables themselves are
 * checked: no entry is left in the outbox, no wait is open, every history is complete, and every operation has ended once.
 *
 *   npx tsx test/faults/real/lost-answers.ts [--minutes 5] [--rate 0.5] [--chance 0.03] [--seed N] [--only TEXT]
 *
 * `--only`: the methods whose name has this, such as `Commit` or `Publish`.
 */
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startEmulatedSystem } from '../../../local/emulated/emulated-system.ts';
import { seeded } from '../../../testing/explore/seeded.ts';
import { drained, EmulatedRun } from './emulated-run.ts';
import { conclude } from './load/conclusion.ts';
import { Load } from './load/load.ts';
import { Target } from './load/target.ts';
import { type Answer, LostAnswerProxy } from './lost-answer-proxy.ts';
import { auditTables } from './table-audit.ts';

const PATIENCE_MS = 300_000;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '5' },
    rate: { type: 'string', default: '0.5' },
    chance: { type: 'string', default: '0.03' },
    only: { type: 'string', default: '' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
});
const random = seeded(Number(values.seed));
const injected = new Map<string, number>();
let isCalm = false;

/** Errors of a call that was carried out. */
const ERRORS: readonly Answer[] = [
  { kind: 'status', code: 14, message: 'the connection was lost' },
  { kind: 'status', code: 4, message: 'Deadline exceeded' },
  { kind: 'status', code: 13, message: 'Received RST_STREAM with code 2' },
  { kind: 'status', code: 10, message: 'Transaction was aborted' },
  { kind: 'status', code: 1, message: 'cancelled' },
  { kind: 'status', code: 2, message: 'unknown' },
  { kind: 'reset' },
  { kind: 'hangUp' },
  { kind: 'late', ms: 17_000 },
];
const LOST_SESSION: Answer = {
  kind: 'refusal',
  code: 5,
  message: 'Session not found: projects/p/sessions/s',
};
const STREAM_ENDS: readonly Answer[] = [
  { kind: 'cut' },
  { kind: 'refusal', code: 14, message: 'the service is restarting' },
];
const CALLS: Readonly<Record<string, readonly Answer[]>> = {
  Commit: [...ERRORS, LOST_SESSION],
  BeginTransaction: [...ERRORS, LOST_SESSION],
  ExecuteStreamingSql: [...ERRORS, LOST_SESSION, { kind: 'cut' }],
  StreamingRead: [...ERRORS, LOST_SESSION, { kind: 'cut' }],
  Rollback: [...ERRORS, LOST_SESSION],
  CreateSession: ERRORS,
  BatchCreateSessions: ERRORS,
  Publish: ERRORS,
  Acknowledge: ERRORS,
  ModifyAckDeadline: [...ERRORS, { kind: 'refusal', code: 14, message: 'lost' }],
  StreamingPull: STREAM_ENDS,
  publish: ERRORS,
  acknowledge: ERRORS,
};

await EmulatedRun.play('lost answers', play);

function answerTo(method: string): Answer | undefined {
  const answers = CALLS[method];
  if (isCalm || !answers || !method.includes(values.only) || random() >= Number(values.chance))
    return undefined;
  const answer = answers[Math.floor(random() * answers.length)];
  const what = answer && ('code' in answer ? `${answer.kind} ${answer.code}` : answer.kind);
  const name = `${method}: ${what}`;
  injected.set(name, (injected.get(name) ?? 0) + 1);
  return answer;
}

async function play(run: EmulatedRun, spannerHost: string, pubsubHost: string): Promise<void> {
  isCalm = true;
  const spanner = await LostAnswerProxy.start(spannerHost, answerTo);
  const pubsub = await LostAnswerProxy.start(pubsubHost, answerTo);
  run.atEnd(
    () => spanner.stop(),
    () => pubsub.stop(),
  );
  const log = createLog(join(run.folder, 'functions.log'));
  const system = await startEmulatedSystem({
    ...{ spannerHost: spanner.host, pubsubHost: pubsub.host, push: true, log },
  });
  run.atEnd(system.stop);
  const worker = run.worker(system.operationsUrl, pubsub.host);
  const target = new Target({
    ...{ operationsUrl: system.operationsUrl, pubsubUrl: `http://${pubsub.host}`, project: 'local' },
  });
  const mix = { report: 35, bare: 15, nap: 10, answered: 10, unanswered: 5, retried: 10, cancelled: 15 };
  const load = new Load({ target, rate: Number(values.rate), random, now: Date.now, mix });
  run.atEnd(async () => target.stop());
  console.log(`lost answers: ${values.minutes} minutes, seed ${values.seed}, logs in ${run.folder}`);
  await load.start();
  worker.start();
  isCalm = false;
  await sleep(Number(values.minutes) * 60_000);
  await drained(load, PATIENCE_MS);
  isCalm = true;
  load.audit();
  if (worker.pid === undefined) load.findings.push('the worker has ended');
  load.findings.push(...(await auditTables(spannerHost, load.completions)));
  await conclude(load, system.operationsUrl, [...injected].sort());
}

function createLog(file: string): (line: string) => void {
  return (line) => appendFileSync(file, `${line}\n`);
}
