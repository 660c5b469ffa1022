/** Reads an export, which has one JSON object for each line. */
import { ApiError } from './api-error.ts';
import type { HttpApi } from './http-api.ts';
import { textParts } from './text-parts.ts';

/** A record that {@link Operations.export} yields. docs/data.md has the kinds and their fields. */
export interface ExportedRecord {
  /** What the record is about: `operation`, `history`, `wait`, `child`, `spawn`, `notification`, `outbox`, `rerun`, or `end`, the last. */
  readonly kind: string;
  readonly [field: string]: unknown;
}

/** Yields the records as they come. @throws ApiError, with the code DATA_LOSS if the export ends before its last record */
export async function* exportRecords(api: HttpApi, path: string): AsyncIterable<ExportedRecord> {
  const response = await api.open('GET', path, undefined, { idempotent: true, timeoutMs: 0 });
  let last: ExportedRecord | undefined;
  try {
    for await (const line of textParts(response, '\n')) {
      last = JSON.parse(line) as ExportedRecord;
      yield last;
    }
  } catch (error) {
    throw incomplete(path, error);
  }
  if (last?.kind !== 'end') throw incomplete(path);
}

function incomplete(from: string, cause?: unknown): ApiError {
  return new ApiError('DATA_LOSS', `the export ended before its last record: ${from}`, [], cause);
}
