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
import { FolderInUse, FolderLock } from '../../shared/files/folder-lock.ts';
import { makeFolder } from '../../shared/files/make-folder.ts';
import type { Value } from '../values/value.ts';
import type {
  DurableStore,
  EndedExecution,
  ExecutionWriter,
  RecoveredExecution,
  StoredEnd,
  StoredExecution,
  StoredWorkflow,
} from './durable-store.ts';
import { type Line, readExecution } from './execution-file.ts';
import type { CallOutcome } from './journal.ts';
import { valueText } from './value-text.ts';

/**
 * A folder with one file for each workflow and one for each execution. Every record of an execution is a line that is appended to
 * its file. The operating system has the line before the call returns, so the line survives `kill -9`. A power failure may cut
 * off the last line of a file, which is then ignored.
 */
export class FileStore implements DurableStore {
  readonly #workflows: string;
  readonly #executions: string;
  readonly #lock: FolderLock;
  #closed = false;

  /** @throws FolderInUse */
  constructor(folder: string) {
    this.#workflows = join(folder, 'workflows');
    this.#executions = join(folder, 'executions');
    for (const each of [folder, this.#workflows, this.#executions]) makeFolder(each);
    requireNoEarlierRelease(folder);
    this.#lock = FolderLock.take(folder);
  }

  workflows(): readonly StoredWorkflow[] {
    return readdirSync(this.#workflows)
      .filter((name) => name.endsWith('.json'))
      .map((name) => readWorkflow(join(this.#workflows, name)));
  }

  saveWorkflow(workflow: StoredWorkflow): void {
    if (this.#closed) return;
    const path = join(this.#workflows, `${workflow.id}.json`);
    // Renaming replaces the whole file at once, so no reader sees a part of it.
    // It is flushed first, because a power failure may otherwise keep the new name and lose the content.
    writeFileSync(`${path}.new`, JSON.stringify(workflow), { flush: true });
    renameSync(`${path}.new`, path);
  }

  deleteWorkflow(id: string): void {
    rmSync(join(this.#workflows, `${id}.json`), { force: true });
  }

  executions(): readonly RecoveredExecution[] {
    // Thousands of executions have one revision, and its source need not be in memory for each of them.
    const revisions = new Map<string, StoredWorkflow>();
    const shared = (workflow: StoredWorkflow): StoredWorkflow => {
      const key = JSON.stringify(workflow);
      const known = revisions.get(key) ?? workflow;
      revisions.set(key, known);
      return known;
    };
    return readdirSync(this.#executions)
      .flatMap((name) => readExecution(readFileSync(join(this.#executions, name), 'utf8')) ?? [])
      .map((found) => ({
        ...found,
        execution: { ...found.execution, workflow: shared(found.execution.workflow) },
      }))
      .toSorted((a, b) => a.execution.createTime - b.execution.createTime);
  }

  ended(executionId: string): EndedExecution | undefined {
    try {
      const found = readExecution(readFileSync(this.#pathOf(executionId), 'utf8'));
      return found?.end && { execution: found.execution, end: found.end };
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
      throw error;
    }
  }

  deleteExecution(id: string): void {
    if (!this.#closed) rmSync(this.#pathOf(id), { force: true });
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
    if (this.#closed) return;
    this.#closed = true;
    this.#lock.release();
  }

  #writerOf(executionId: string): FileWriter {
    return new FileWriter(this.#pathOf(executionId), () => !this.#closed);
  }

  #pathOf(executionId: string): string {
    return join(this.#executions, `${executionId}.jsonl`);
  }
}

/** @throws Error that names the file */
function readWorkflow(path: string): StoredWorkflow {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as StoredWorkflow;
  } catch (error) {
    const why = error instanceof Error ? error.message : error;
    throw new Error(`${path} cannot be read: ${why}. Delete the file, and deploy the workflow again.`);
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

  started(at: number): void {
    this.append({ kind: 'started', at });
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

/** Processes of earlier releases write their id to a file, which stays if they are killed. @throws FolderInUse */
function requireNoEarlierRelease(folder: string): void {
  const file = join(folder, 'lock');
  const owner = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0;
  if (owner > 0 && owner !== process.pid && isAlive(owner)) {
    throw new FolderInUse(folder, `process ${owner}, says the file ${file}`);
  }
  rmSync(file, { force: true });
}

function isAlive(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
