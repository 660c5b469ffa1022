import type { HttpApi } from '../shared/client/http-api.ts';
import { operationPath } from '../shared/client/operation-resource.ts';

interface HistoryLine {
  readonly type: string;
  readonly outcome: string;
  readonly reason?: string;
  readonly occurTime?: string;
  readonly applyTime?: string;
  readonly attempt?: string | number;
  readonly [field: string]: unknown;
}

/** The history of an operation, with the time since its first line. */
export async function timelineOf(api: HttpApi, name: string): Promise<readonly string[]> {
  const path = `${operationPath(name)}:inspect`;
  const { history = [] } = await api.call<{ history?: HistoryLine[] }>('GET', path, undefined, {
    idempotent: true,
  });
  const lines = history.map((line) => ({
    line,
    time: Date.parse(String(line.applyTime ?? line.occurTime ?? '')),
  }));
  const start = Math.min(...lines.map(({ time }) => time));
  return lines.map(({ line: { type, outcome, reason, attempt }, time }) =>
    [`+${seconds(time - start)}`.padStart(10), type, attempt && `attempt ${attempt}`, outcome, reason]
      .filter(Boolean)
      .join('  '),
  );
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(3)}s`;
}
