import {
  appendFileSync,
  closeSync,
  existsSync,
  fstatSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../../shared/files/make-folder.ts';
import type { Value } from '../values/value.ts';
import type {
  DurableStore,
  ExecutionWriter,
  RecoveredExecution,
  StoredEnd,
  StoredExecution,
  StoredWorkflow,
} from './durable-store.ts';
import type { CallOutcome, JournalEntry } from './journal.ts';
import { valueOfText, valueText } from './value-text.ts';

/** A line of the file of an execution. */
type Line =
  | { readonly kind: 'created'; readonly execution: StoredExecution }
  | { readonly kind: 'begin'; readonly key: string; readonly at: number }
  | {
      readonly kind: 'end';
      readonly key: string;
      readonly at: number;
      readonly outcome: 'result' | 'raise';
      readonly value: string;
    }
  | { readonly kind: 'callback'; readonly path: string; readonly request: string }
  | { readonly kind: 'ended'; readonly end: StoredEnd };

/**
 * A folder with one file for each workflow and one for each execution. Every record of an execution is a line that is appended to
 * its file. The operating system has the line before the call returns, so the line survives `kill -9`. A power failure may cut
 * off the last line of a file, which is then ignored.
 */
export class FileStore implements DurableStore {
  readonly #workflows: string;
  readonly #executions: string;
  readonly #lock: string;
  #closed = false;

  /** @throws Error when another process uses the folder */
  constructor(folder: string) {
    this.#workflows = join(folder, 'workflows');
    this.#executions = join(folder, 'executions');
    this.#lock = join(folder, 'lock');
    for (const each of [folder, this.#workflows, this.#executions]) makeFolder(each);
    this.#takeLock(folder);
  }

  workflows(): readonly StoredWorkflow[] {
    return readdirSync(this.#workflows)
      .filter((name) => name.endsWith('.json'))
      .map((name) => JSON.parse(readFileSync(join(this.#workflows, name), 'utf8')) as StoredWorkflow);
  }

  saveWorkflow(workflow: StoredWorkflow): void {
    if (this.#closed) return;
    const path = join(this.#workflows, `${workflow.id}.json`);
    // Renaming replaces the whole file at once, so no reader sees a part of it.
    writeFileSync(`${path}.new`, JSON.stringify(workflow));
    renameSync(`${path}.new`, path);
  }

  deleteWorkflow(id: string): void {
    rmSync(join(this.#workflows, `${id}.json`), { force: true });
  }

  executions(): readonly RecoveredExecution[] {
    return readdirSync(this.#executions)
      .flatMap((name) => recover(readFileSync(join(this.#executions, name), 'utf8')) ?? [])
      .toSorted((a, b) => a.execution.createTime - b.execution.createTime);
  }

  create(execution: StoredExecution): ExecutionWriter {
    const writer = this.#writerOf(execution.id);
    writer.append({ kind: 'created', execution });
    return writer;
  }

  writer(executionId: string): ExecutionWriter {
    return this.#writerOf(executionId);
  }

  close(): void {
    this.#closed = true;
    rmSync(this.#lock, { force: true });
  }

  #writerOf(executionId: string): FileWriter {
    return new FileWriter(join(this.#executions, `${executionId}.jsonl`), () => !this.#closed);
  }

  /** Only one process uses the folder at a time. A new process takes over the lock of a killed one. */
  #takeLock(folder: string): void {
    const owner = existsSync(this.#lock) ? Number(readFileSync(this.#lock, 'utf8')) : 0;
    if (owner > 0 && owner !== process.pid && isAlive(owner)) {
      throw new Error(`${folder} is in use by process ${owner}`);
    }
    writeFileSync(this.#lock, String(process.pid));
  }
}

class FileWriter implements ExecutionWriter {
  readonly #path: string;
  readonly #isOpen: () => boolean;

  constructor(path: string, isOpen: () => boolean) {
    this.#path = path;
    this.#isOpen = isOpen;
    // Created here, so that a failure to write shows up now and not during an execution.
    const file = openSync(path, 'a');
    const { size } = fstatSync(file);
    closeSync(file);
    // A line that a power failure has cut off would go on in the next line, and both would be unreadable.
    if (size > 0) truncateSync(path, readFileSync(path).lastIndexOf('\n') + 1);
  }

  begin(key: string, at: number): void {
    this.append({ kind: 'begin', key, at });
  }

  end(key: string, at: number, { kind, value }: CallOutcome): void {
    this.append({ kind: 'end', key, at, outcome: kind, value: valueText(value) });
  }

  callback(path: string, request: Value): void {
    this.append({ kind: 'callback', path, request: valueText(request) });
  }

  ended(end: StoredEnd): void {
    this.append({ kind: 'ended', end });
  }

  append(line: Line): void {
    if (this.#isOpen()) appendFileSync(this.#path, `${JSON.stringify(line)}\n`);
  }
}

/** Reads the records of a file. Returns undefined if the first line is incomplete. */
function recover(text: string): RecoveredExecution | undefined {
  let execution: StoredExecution | undefined;
  let end: StoredEnd | undefined;
  const calls = new Map<string, JournalEntry>();
  const callbacks = new Map<string, Value[]>();
  for (const line of wholeLines(text)) {
    switch (line.kind) {
      case 'created':
        execution = line.execution;
        break;
      case 'begin':
        calls.set(line.key, { key: line.key, begunAt: line.at });
        break;
      case 'end': {
        const begunAt = calls.get(line.key)?.begunAt ?? line.at;
        // Deleted and set again, so that the map has the order in which the calls ended.
        calls.delete(line.key);
        const outcome = { kind: line.outcome, value: valueOfText(line.value) };
        calls.set(line.key, { key: line.key, begunAt, endedAt: line.at, outcome });
        break;
      }
      case 'callback':
        callbacks.set(line.path, [...(callbacks.get(line.path) ?? []), valueOfText(line.request)]);
        break;
      case 'ended':
        end = line.end;
    }
  }
  return execution && { execution, calls: [...calls.values()], callbacks, ...(end && { end }) };
}

function* wholeLines(text: string): Iterable<Line> {
  for (const line of text.split('\n').slice(0, -1)) {
    try {
      yield JSON.parse(line) as Line;
    } catch {
      return;
    }
  }
}

function isAlive(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
