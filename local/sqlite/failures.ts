import { Failure, type FailureKind } from '../../shared/orchestrator/ports/failure.ts';

/**
 * The failure kinds of SQLite's result codes, by the beginning of the code: https://www.sqlite.org/rescode.html. Every
 * other code is permanent.
 */
const KINDS: readonly (readonly [string, FailureKind])[] = [
  ['SQLITE_BUSY', 'unavailable'],
  ['SQLITE_LOCKED', 'unavailable'],
  ['SQLITE_FULL', 'unavailable'],
  ['SQLITE_IOERR', 'unavailable'],
  ['SQLITE_CANTOPEN', 'unavailable'],
  ['SQLITE_NOMEM', 'unavailable'],
  ['SQLITE_PERM', 'permission'],
  ['SQLITE_READONLY', 'permission'],
];

export function toFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const kind = KINDS.find(([start]) => code.startsWith(start))?.[1] ?? 'permanent';
  const message = error instanceof Error ? error.message : String(error);
  return new Failure(kind, `SQLite: ${message}`, { cause: error, fault: 'deployment' });
}
