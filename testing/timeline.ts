import type { HttpApi } from '../shared/client/http-api.ts';
import { operationPath } from '../shared/client/operation-resource.ts';

/** One event of the history, as `:inspect` answers it, the newest first. */
interface HistoryLine {
  readonly type: string;
  readonly outcome: string;
  readonly reason?: string;
  /** RFC 3339. */
  readonly recordTime: string;
  readonly attempt?: string | number;
}

/** The newest events of an operation, the oldest of them first, each with the time since that one. */
export async function timelineOf(api: HttpApi, name: string): Promise<readonly string[]> {
  const path = `${operationPath(name)}:inspect`;
  const { history = [] } = await api.call<{ history?: HistoryLine[] }>('GET', path, undefined, {
    idempotent: true,
  });
  const start = Date.parse(history.at(-1)?.recordTime ?? '');
  return history
    .toReversed()
    .map(({ type, outcome, reason, attempt, recordTime }) =>
      [
        `+${seconds(Date.parse(recordTime) - start)}`.padStart(10),
        type,
        attempt && `attempt ${attempt}`,
        outcome,
        reason,
      ]
        .filter(Boolean)
        .join('  '),
    );
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(3)}s`;
}
