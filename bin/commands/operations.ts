/** Commands that show operations, or request a change of them. */
import { codeNumber } from '../../shared/client/code.ts';
import { wholeName } from '../../shared/client/operation-resource.ts';
import type { OperationChange } from '../../shared/client/watch.ts';
import { filterOfWord } from '../../shared/client/word-filter.ts';
import { type Command, type Invocation, UsageError } from '../command.ts';
import { type ListedOperation, listed, listedOne } from './listed-operations.ts';

const NO_FLAGS = {};
export const FILTER = {
  type: 'string',
  describe:
    'a state, a method or a name, or by AIP-160: method="example.v1.Reports.CreateReport" AND NOT done=true',
} as const;

export const get: Command = {
  parameters: ['NAME'],
  summary: 'shows an operation',
  flags: NO_FLAGS,
  async run(call) {
    show(call, await listedOne(call, first(call)));
    return 0;
  },
};

export const list: Command = {
  parameters: [],
  summary: 'lists operations, newest first',
  flags: { filter: FILTER, limit: { type: 'string', describe: 'how many at most: 50; 0 for all' } },
  async run(call) {
    const limit = limitOf(text(call, 'limit') ?? '50');
    const filter = filterGiven(call);
    let shown = 0;
    for await (const operation of listed(call, { filter, pageSize: Math.min(limit, 1_000) })) {
      show(call, operation);
      if (++shown >= limit) break;
    }
    if (shown === 0) call.printError(filter ? `no operation matches ${filter}` : 'there are no operations');
    return 0;
  },
};

function limitOf(given: string): number {
  if (!/^\d+$/.test(given)) throw new UsageError(`--limit must be a number, and is "${given}"`);
  return Number(given) || Number.POSITIVE_INFINITY;
}

export const watch: Command = {
  parameters: ['[NAME]'],
  summary: 'shows what changes, until the operation is done or Ctrl-C',
  flags: { filter: FILTER },
  async run(call) {
    const [name] = call.positionals;
    const filter = filterGiven(call);
    const changes = call.operations().watch({ ...(name && { name }), ...(filter && { filter }) });
    let last = '';
    for await (const change of changes) {
      const { operation, deleted } = change;
      const line = call.json ? JSON.stringify(changeJson(change)) : changeLine(change, name !== undefined);
      // A renewed lease changes the operation, but nothing that this command shows.
      if (call.json || line !== last) call.print(line);
      last = line;
      if (name && deleted) return 1;
      if (name && operation.done) return operation.error ? 1 : 0;
    }
    return 0;
  },
};

export const explain: Command = {
  parameters: ['NAME'],
  summary: 'says why an operation is not done, or why it ended so',
  flags: NO_FLAGS,
  async run(call) {
    const explanation = await call.operations().explain(first(call));
    if (call.json) {
      call.print(JSON.stringify(explanation));
      return 0;
    }
    call.print(explanation.sentence);
    // The sentence already contains a single blocker.
    if (explanation.blockedBy.length > 1) {
      for (const { description } of explanation.blockedBy) call.print(`  ${description}`);
    }
    if (!ACTIVE.includes(explanation.state)) await showOrphans(call, explanation.name);
    return 0;
  },
};

const ACTIVE: readonly string[] = ['RUNNING', 'WAITING'];
const MAX_ORPHANS = 5;

/** Children go on when their parent ends, unless its wait has `cancelRest`. */
async function showOrphans(call: Invocation, parent: string): Promise<void> {
  const filter = `parent="${parent}" AND done=false`;
  const orphans: ListedOperation[] = [];
  for await (const child of listed(call, { filter, pageSize: MAX_ORPHANS + 1 })) {
    orphans.push(child);
    if (orphans.length > MAX_ORPHANS) break;
  }
  if (orphans.length === 0) return;
  call.print(`Children of it still run, which lro cancel --filter '${filter}' asks to stop:`);
  for (const orphan of orphans.slice(0, MAX_ORPHANS)) call.print(`  ${operationLine(orphan)}`);
  if (orphans.length > MAX_ORPHANS) call.print('  and more');
}

export const notify: Command = {
  parameters: ['NAME', 'NOTIFICATION', '[PAYLOAD_JSON]'],
  summary: 'sends a notification to an operation',
  flags: { 'request-id': { type: 'string', describe: 'a repeat with the same id is the same notification' } },
  async run(call) {
    const [name = '', notification = '', payload = '{}'] = call.positionals;
    const requestId = text(call, 'request-id');
    await call
      .operations()
      .notify(name, notification, parseObject(payload), { ...(requestId && { requestId }) });
    await showChanged(call, name, { words: 'notified', fields: {} });
    return 0;
  },
};

export function text({ flags }: Invocation, flag: string): string | undefined {
  const value = flags[flag];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** The value of `--filter`, where a word alone means what it means in the console. */
export function filterGiven(call: Invocation): string | undefined {
  const filter = text(call, 'filter');
  return filter && filterOfWord(filter);
}

export function parseObject(json: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>;
  } catch {
    // The UsageError below reports it.
  }
  throw new UsageError(`the argument must be a JSON object, and is ${json}`);
}

function first({ positionals }: Invocation): string {
  return positionals[0] as string;
}

function operationJson(operation: ListedOperation) {
  const { name, done, metadata, response, error, ...listing } = operation;
  const status = error && { code: codeNumber(error.code), message: error.message, details: error.details };
  return { name, done, metadata, response, error: status, ...listing };
}

function changeJson({ operation, ...change }: OperationChange) {
  return { ...operationJson(operation), ...change };
}

/** One operation that is named has no method in each of its lines. */
function changeLine({ operation, deleted, method, ...change }: OperationChange, isNamed: boolean): string {
  if (deleted) return `${operation.name}  deleted`;
  return operationLine({ ...operation, ...change, method: isNamed ? undefined : method });
}

export function show(call: Invocation, operation: ListedOperation): void {
  call.print(call.json ? JSON.stringify(operationJson(operation)) : operationLine(operation));
}

/** Shows the operation after a change. The change is made, so the command does not fail if the operation cannot be read after it. */
export async function showChanged(
  call: Invocation,
  name: string,
  change: Change,
): Promise<ListedOperation | undefined> {
  const operation = await listedOne(call, name).catch(() => undefined);
  if (operation) show(call, operation);
  else showChange(call, name, change);
  return operation;
}

/** What a command has done with an operation: in words, and the fields for programs. */
export interface Change {
  readonly words: string;
  readonly fields: Readonly<Record<string, boolean>>;
}

export function showChange(call: Invocation, name: string, { words, fields }: Change): void {
  const whole = wholeName(name);
  call.print(call.json ? JSON.stringify({ name: whole, ...fields }) : `${whole}  ${words}`);
}

export function operationLine(operation: ListedOperation): string {
  const { name, method, done, response, error } = operation;
  const state = !done
    ? activeState(operation)
    : error
      ? `${error.code}: ${error.message}`
      : `done ${JSON.stringify(response ?? {})}`;
  return [name, method, state].filter(Boolean).join('  ');
}

function activeState({ state = 'RUNNING', attempt, cancelRequested, metadata }: ListedOperation): string {
  const number = attempt === undefined ? '' : `, attempt ${attempt}`;
  const asked = cancelRequested ? ', asked to stop' : '';
  return `${state.toLowerCase()}${number}${asked}  ${JSON.stringify(metadata)}`;
}
