import type { HistoryEntry } from '../orchestrator/ports/history-entry.ts';

/** The rare fields of a history line, as one JSON text. */
export type HistoryDetail = Pick<HistoryEntry, 'worker' | 'rejection'>;

export function encodeDetail({ worker, rejection }: HistoryDetail): string | undefined {
  return worker === undefined && rejection === undefined ? undefined : JSON.stringify({ worker, rejection });
}

export function decodeDetail(text: string | undefined): HistoryDetail {
  return text === undefined ? {} : JSON.parse(text);
}
