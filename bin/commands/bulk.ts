/**
 * Changes all operations that a filter matches. The command shows what matches, asks for confirmation unless `--yes` is
 * given, then follows the operation that does the work.
 */
import { randomUUID } from 'node:crypto';
import type { BulkAction, BulkOptions } from '../../shared/client/bulk.ts';
import type { OperationResource } from '../../shared/client/operation-resource.ts';
import { type Invocation, UsageError } from '../command.ts';
import { type ListedOperation, listed } from './listed-operations.ts';
import { operationLine, show, text } from './operations.ts';

const MAX_SAMPLE = 5;
const DONE: Readonly<Record<BulkAction, string>> = {
  cancel: 'cancelled',
  rerun: 'made again',
  delete: 'deleted',
};

export async function changeMany(
  call: Invocation,
  action: BulkAction,
  filter: string,
  place: Pick<BulkOptions, 'from' | 'failedChildrenOnly'>,
): Promise<number> {
  const mayAsk = call.confirm !== undefined && !call.json;
  const isDryRun = call.flags['dry-run'] === true;
  if (!isDryRun && call.flags.yes !== true && !mayAsk) {
    throw new UsageError(
      'this command needs a confirmation: add --yes to run it, or --dry-run to list the operations that it would change',
    );
  }
  const matched = await showMatches(call, action, filter, place);
  const givenId = text(call, 'request-id');
  // A repeated command follows the operation of the first call. After the first call the filter may match nothing.
  if (isDryRun || (matched === 0 && givenId === undefined)) return 0;
  if (call.flags.yes !== true && !(await call.confirm?.(`${action} ${counted(matched)}?`))) {
    call.printError('nothing was done');
    return 1;
  }
  const requestId = givenId ?? randomUUID();
  const operation = await call.operations().bulk(action, { filter, requestId, ...place });
  const begunWith = operation.metadata.filter;
  if (begunWith !== filter) {
    throw new UsageError(
      `--request-id ${requestId} was already used with --filter ${begunWith}: choose another id, or leave it out`,
    );
  }
  return follow(call, action, operation, matched);
}

/** Resolves with the number of operations that match. */
async function showMatches(
  call: Invocation,
  action: BulkAction,
  filter: string,
  place: Pick<BulkOptions, 'from' | 'failedChildrenOnly'>,
): Promise<number> {
  const operations = call.operations();
  // Without the caller's request id: a deployment of an earlier release would take this count for the change itself.
  let count = await operations.bulk(action, { filter, validateOnly: true, ...place });
  while (!count.done) count = await operations.wait(count.name, { timeout: '30s' });
  if (count.error) throw count.error;
  const matched = numberOf(count.metadata.matchedCount);
  const sample: ListedOperation[] = [];
  // A bulk operation changes no bulk operation.
  const hit = `(${filter}) AND NOT method:"lro.v1.Bulk.*"`;
  for await (const operation of listed(call, { filter: hit, pageSize: MAX_SAMPLE })) {
    if (sample.length >= Math.min(MAX_SAMPLE, matched)) break;
    sample.push(operation);
  }
  if (call.json) {
    const names = sample.map(({ name }) => name);
    call.print(JSON.stringify({ dryRun: true, action, filter, matchedCount: matched, sample: names }));
    return matched;
  }
  call.print(`${counted(matched)} ${matched === 1 ? 'matches' : 'match'} ${filter}`);
  for (const operation of sample) call.print(`  ${operationLine(operation)}`);
  if (matched > sample.length) call.print(`  and ${matched - sample.length} more`);
  return matched;
}

async function follow(
  call: Invocation,
  action: BulkAction,
  { name }: OperationResource,
  matched: number,
): Promise<number> {
  // The operation goes on if this command is interrupted.
  if (!call.json) call.print(`${name}  (lro watch and lro cancel take this name)`);
  let last = '';
  for await (const { operation, deleted } of call.operations().watch({ name })) {
    if (deleted) throw new Error(`${name} was deleted before it was done`);
    const line = progressLine(action, operation, matched);
    if (call.json) show(call, operation);
    else if (line !== last) call.print(line);
    last = line;
    if (!operation.done) continue;
    if (!call.json) showProblems(call, operation);
    if (operation.error) throw operation.error;
    return numberOf(operation.metadata.failedCount) > 0 ? 1 : 0;
  }
  throw new Error(`the stream of changes ended before ${name} was done`);
}

function progressLine(action: BulkAction, { metadata, done }: OperationResource, matched: number): string {
  const { matchedCount, doneCount, skippedCount, failedCount } = metadata;
  const looked = numberOf(matchedCount);
  return (
    `${looked} of ${Math.max(looked, matched)}: ${numberOf(doneCount)} ${DONE[action]}, ` +
    `${numberOf(skippedCount)} left as they were, ${numberOf(failedCount)} failed${done ? '; done' : ''}`
  );
}

function showProblems(call: Invocation, { metadata }: OperationResource): void {
  const problems = (metadata.problems ?? []) as readonly { operation: string; message: string }[];
  for (const { operation, message } of problems) call.printError(`  ${operation}: ${message}`);
}

function counted(count: number): string {
  return `${count} operation${count === 1 ? '' : 's'}`;
}

/** proto3 JSON leaves out a zero. */
function numberOf(value: unknown): number {
  return Number(value ?? 0);
}
