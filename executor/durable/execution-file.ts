import type { Value } from '../values/value.ts';
import type { EndedExecution, RecoveredExecution, StoredEnd, StoredExecution } from './durable-store.ts';
import type { JournalEntry } from './journal.ts';
import { valueOfText } from './value-text.ts';

/** A line of the file of an execution. */
export type Line =
  | { readonly kind: 'created'; readonly execution: StoredExecution }
  | { readonly kind: 'started'; readonly at: number }
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

/** Reads the records of a file. Returns undefined if the first line is incomplete. */
export function readExecution(text: string): RecoveredExecution | undefined {
  const ended = readEnded(text);
  // The records of its calls are of no use to an execution that has ended.
  if (ended !== undefined) return { ...ended, calls: [], callbacks: new Map() };
  let execution: StoredExecution | undefined;
  let end: StoredEnd | undefined;
  let startTime: number | undefined;
  const calls = new Map<string, JournalEntry>();
  const callbacks = new Map<string, Value[]>();
  for (const line of wholeLines(text)) {
    switch (line.kind) {
      case 'created':
        execution = line.execution;
        break;
      case 'started':
        startTime = line.at;
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
  return (
    execution && {
      execution,
      calls: [...calls.values()],
      callbacks,
      ...(startTime !== undefined && { startTime }),
      ...(end && { end }),
    }
  );
}

/** Reads the first and the last line of a file. Returns undefined unless the execution has ended. */
function readEnded(text: string): EndedExecution | undefined {
  const lastEnd = text.lastIndexOf('\n');
  const lastStart = text.lastIndexOf('\n', lastEnd - 1) + 1;
  const [first] = wholeLines(text.slice(0, text.indexOf('\n') + 1));
  const [last] = wholeLines(text.slice(lastStart, lastEnd + 1));
  if (first?.kind !== 'created' || last?.kind !== 'ended') return undefined;
  return { execution: first.execution, end: last.end };
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
